"""Measure the speed of what the collection does, or a segmenter's Dice, against rivals, as ratios."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from argparse import ArgumentTypeError, Namespace
from collections.abc import Sequence
from importlib import import_module
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from common.commands import parser, run

if TYPE_CHECKING:
    from common.benchmarks.coverage import Page
    from common.benchmarks.segmentation import Comparison
    from common.benchmarks.table import Measurement

DESCRIPTION = """\
Measure the speed of the breast_us bundle on phantoms, of every backbone, or of reading files: rounds that take turns
with rivals on the same machine, medians, and the ratios that the collection promises. Best on a machine that does
nothing else; exit code 0 also where a goal is missed, since that may be the machine's other work. `segmentation`
measures no speed: it trains a plain U-Net on the images of a bundle's run, as long, and compares their Dice; nor does
`coverage`: it prints docs/statistics.md, how often intervals and verdicts are right."""


def main(arguments: Namespace) -> int:
    """Measure, print a table for each measurement, and return 0."""
    from common.files import write_json

    with TemporaryDirectory(prefix="benchmark-") as folder:
        measurements = _measure(arguments, Path(folder))
    print("\n\n\n".join(measurement.as_table() for measurement in measurements))
    if arguments.json:
        write_json(arguments.json, [measurement.as_json() for measurement in measurements])
    return 0


def _measure(arguments: Namespace, folder: Path) -> "Sequence[Measurement | Comparison | Page]":
    """Return what a verb measures; its options are its measure's own arguments."""
    module, takes_folder = MODULES[arguments.verb]
    others = {"json", "debug"} if module == "workflow" else {"json", "debug", "verb"}
    options = {name: value for name, value in vars(arguments).items() if name not in others}
    measure = import_module(f"common.benchmarks.{module}").measure
    found = measure(folder, **options) if takes_folder else measure(**options)
    return found if isinstance(found, list) else [found]


MODULES = {
    "train": ("workflow", True),
    "infer": ("workflow", True),
    "networks": ("networks", False),
    "startup": ("startup", True),
    "read": ("reading", True),
    "localize": ("localization", True),
    "pretrain": ("pretraining", True),
    "statistics": ("statistics", False),
    "segmentation": ("segmentation", False),
    "coverage": ("coverage", False),
    "frozen": ("frozen", True),
    "seeds": ("seeds", False),
}
"""The module of `common.benchmarks` behind each verb, and whether its measure works in a folder."""

HELP = {
    "train": "images/s of fine-tuning, beside bare PyTorch loops (some 5 minutes)",
    "infer": "images/s of inference, beside bare PyTorch loops (some 3 minutes)",
    "networks": "images/s of each backbone, training and inference, beside MONAI's ResNet50 (some 2 minutes)",
    "startup": "seconds to the first forward pass, beside bare imports (some 2 minutes)",
    "read": "images/s of reading each kind of file, beside MONAI's (some 1 minute)",
    "localize": "images/s of localize.py, beside bare forward and backward passes (some 15 minutes)",
    "pretrain": "images/s of building a store, of reading it and of the step; hours for 1.35 M x 30 epochs",
    "statistics": "seconds of the covariance of two AUCs, beside ranking (some 20 seconds)",
    "segmentation": "mean Dice of a trained and evaluated bundle, beside MONAI's plain U-Net trained as long",
    "coverage": "how often intervals, tests and verdicts are right, as a page (some 12 minutes)",
    "frozen": "seconds of training heads on stored features, beside forwarding every epoch (an hour on two cores)",
    "seeds": "how often an initialisation is called better or worse than itself (some 5 minutes)",
}

OPTIONS = {
    "batch": ("B", "images of a step", {"train": 16, "infer": 16, "networks": 16, "localize": 16, "pretrain": 16}),
    "steps": ("N", "of a round", {"train": 2, "infer": 4, "networks": 1, "localize": 4, "pretrain": 1}),
    "images": ("N", "of a round", {"read": 40, "localize": 1000}),
    "size": (
        "S",
        "rows and columns",
        dict.fromkeys(("train", "infer", "networks", "read", "localize", "pretrain", "frozen"), 224),
    ),
    "rounds": (
        "N",
        "5 or more for a claim",
        dict.fromkeys(set(MODULES) - {"segmentation", "coverage", "frozen", "seeds"}, 5),
    ),
    "cases": ("N", "images", {"statistics": 10**6}),
    "draws": ("N", "of each cell", {"coverage": 10_000}),
    "patients": ("N", "phantoms, 1 or 2 images each", {"frozen": 1000}),
    "epochs": ("N", "of a training", {"frozen": 30, "seeds": 10}),
    "comparisons": ("N", "of an initialisation with itself", {"seeds": 200}),
    "pairs": ("N", "of each setting", {"coverage": 1000}),
}
"""Counts: how their value is called, what they are, and the defaults of the verbs that have them."""


def arguments() -> Namespace:
    """Return the command line."""
    result = parser(DESCRIPTION, "python scripts/benchmark.py train --rounds 7 --json train.json")
    verbs = result.add_subparsers(dest="verb", required=True)
    parsers = {verb: verbs.add_parser(verb, help=text) for verb, text in HELP.items()}
    for name, (value, what, defaults) in OPTIONS.items():
        for verb, default in defaults.items():
            text = f"{what} (default: {default})"
            parsers[verb].add_argument(f"--{name}", metavar=value, type=_count, default=default, help=text)
    bundle = Path("bundles/breast_us_segmentation")
    segmentation = parsers["segmentation"]
    segmentation.add_argument(
        "--run", metavar="DIR", type=Path, default=bundle, help=f"of models/ and eval/ (default: {bundle})"
    )
    for verb in ("segmentation", "seeds"):
        parsers[verb].add_argument(
            "--dataset-dir", metavar="DIR", type=Path, required=True, help="the prepared data set"
        )
    parsers["seeds"].add_argument("--features", metavar="FILE", type=Path, required=True, help="an encoder's .npz")
    for each in parsers.values():
        each.add_argument("--json", metavar="FILE", type=Path, help="also write every round there")
    return result.parse_args()


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"must be 1 or more, not {text!r}")
    return int(text)


if __name__ == "__main__":
    sys.exit(run(main, arguments()))
