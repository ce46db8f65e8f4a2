"""Measure the speed of what the collection does, or a segmenter's Dice, against rivals, as ratios."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from argparse import ArgumentTypeError, Namespace
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from common.commands import parser, run

if TYPE_CHECKING:
    from common.benchmarks.segmentation import Comparison
    from common.benchmarks.table import Measurement

DESCRIPTION = """\
Measure the speed of the breast_us bundle on phantoms, of every backbone, or of reading files: rounds that take turns
with rivals on the same machine, medians, and the ratios that the collection promises. Best on a machine that does
nothing else; exit code 0 also where a goal is missed, since that may be the machine's other work. `segmentation`
measures no speed: it trains a plain U-Net on the images of a bundle's run, as long, and compares their Dice."""


def main(arguments: Namespace) -> int:
    """Measure, print a table for each measurement, and return 0."""
    from common.files import write_json

    with TemporaryDirectory(prefix="benchmark-") as folder:
        measurements = _measure(arguments, Path(folder))
    print("\n\n\n".join(measurement.as_table() for measurement in measurements))
    if arguments.json:
        write_json(arguments.json, [measurement.as_json() for measurement in measurements])
    return 0


def _measure(arguments: Namespace, folder: Path) -> "list[Measurement] | list[Comparison]":
    if arguments.verb == "segmentation":
        from common.benchmarks import segmentation

        return [segmentation.measure(arguments.run, dataset_dir=arguments.data)]
    if arguments.verb == "startup":
        from common.benchmarks import startup

        return [startup.measure(folder, rounds=arguments.rounds)]
    if arguments.verb == "read":
        from common.benchmarks import reading

        return [reading.measure(folder, images=arguments.images, size=arguments.size, rounds=arguments.rounds)]
    if arguments.verb == "localize":
        from common.benchmarks import localization

        plan = {name: getattr(arguments, name) for name in ("images", "batch", "size", "steps", "rounds")}
        return [localization.measure(folder, **plan)]
    plan = {name: getattr(arguments, name) for name in ("batch", "size", "steps", "rounds")}
    if arguments.verb == "networks":
        from common.benchmarks import networks

        return networks.measure(**plan)
    from common.benchmarks import workflow

    return [workflow.measure(arguments.verb, folder, **plan)]


def arguments() -> Namespace:
    """Return the command line."""
    result = parser(DESCRIPTION, "python scripts/benchmark.py train --rounds 7 --json train.json")
    verbs = result.add_subparsers(dest="verb", required=True)
    train = verbs.add_parser("train", help="images/s of fine-tuning, beside bare PyTorch loops (some 5 minutes)")
    infer = verbs.add_parser("infer", help="images/s of inference, beside bare PyTorch loops (some 3 minutes)")
    networks = verbs.add_parser(
        "networks", help="images/s of each backbone, training and inference, beside MONAI's ResNet50 (some 2 minutes)"
    )
    startup = verbs.add_parser(
        "startup", help="seconds to the first forward pass, beside bare imports (some 2 minutes)"
    )
    read = verbs.add_parser("read", help="images/s of reading each kind of file, beside MONAI's (some 1 minute)")
    segmentation = verbs.add_parser(
        "segmentation", help="mean Dice of a trained and evaluated bundle, beside MONAI's plain U-Net trained as long"
    )
    bundle = Path("bundles/breast_us_segmentation")
    segmentation.add_argument(
        "--run", metavar="DIR", type=Path, default=bundle, help=f"of models/ and eval/ ({bundle})"
    )
    segmentation.add_argument("--data", metavar="DIR", type=Path, required=True, help="the prepared data set")
    segmentation.add_argument("--json", metavar="FILE", type=Path, help="also write the result there")
    localize = verbs.add_parser(
        "localize", help="images/s of localize.py, beside bare forward and backward passes (some 15 minutes)"
    )
    for verb, steps in ((train, 2), (infer, 4), (networks, 1), (localize, 4)):
        verb.add_argument("--batch", metavar="B", type=_count, default=16, help="images of a step (default: 16)")
        verb.add_argument("--steps", metavar="N", type=_count, default=steps, help=f"of a round (default: {steps})")
    read.add_argument("--images", metavar="N", type=_count, default=40, help="pictures of a round (default: 40)")
    localize.add_argument("--images", metavar="N", type=_count, default=1000, help="of a round (default: 1000)")
    for verb in (train, infer, networks, read, localize):
        verb.add_argument("--size", metavar="S", type=_count, default=224, help="rows and columns (default: 224)")
    for verb in (train, infer, networks, startup, read, localize):
        verb.add_argument("--rounds", metavar="N", type=_count, default=5, help="5 or more for a claim (default: 5)")
        verb.add_argument("--json", metavar="FILE", type=Path, help="also write every round there")
    return result.parse_args()


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"must be 1 or more, not {text!r}")
    return int(text)


if __name__ == "__main__":
    sys.exit(run(main, arguments()))
