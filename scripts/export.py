"""Write a trained bundle as a folder that needs nothing of this repository, and prove that it does the same."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from argparse import Namespace

from common.commands import parser, run

ROOT = Path(__file__).resolve().parents[1]

DESCRIPTION = """\
Write OUT/NAME_classification or OUT/NAME_segmentation: configurations, code, weights, metadata and a page in the model
zoo's form, each file with its SHA-256 in manifest.json; and the same as a zip. Repeated, it gives the same bytes.

Then the folder is copied elsewhere and run alone, without this repository: it must give the predictions that the
bundle gives here, and OUT/NAME.proof.json says so.

--measure also compares every format with PyTorch on the test part: difference, images per second, size, and change of
the score with its interval. The table goes into the page; a later export of the same weights brings it along."""


def main(arguments: Namespace) -> int:
    """Export, prove, say both, and return 0."""
    from common.export.export import OPENVINO, export
    from common.export.proof import prove
    from common.export.push import address, push

    bundle = ROOT / "bundles" / arguments.bundle
    formats = [name for name in arguments.formats.split(",") if name]
    how = {"weights": arguments.weights, "url": arguments.url or (address(arguments.push) if arguments.push else "")}
    if arguments.measure:
        plain = export(bundle, arguments.out, formats=[name for name in formats if name != OPENVINO], **how)
        measured(bundle, plain.folder, arguments)
    done = export(bundle, arguments.out, formats=formats, **how)
    megabytes = done.archive.stat().st_size / 1e6
    print(f"wrote {done.folder} and {done.archive} ({megabytes:.0f} MB)")
    for name, difference in done.differences.items():
        print(f"  models/{name}: logits differ from PyTorch's by at most {difference:.1e}")
    if done.large:
        print(f"  too large for the zoo's repository, listed in large_files.yml: {', '.join(done.large)}")
    print(f"proved: {prove(done, bundle, root=ROOT, weights=arguments.weights).sentence}")
    if arguments.push:
        print(push(done.folder, arguments.push, dry_run=arguments.dry_run))
    return 0


def measured(bundle: Path, folder: Path, arguments: Namespace) -> None:
    """Measure every format of an exported folder, and print the table."""
    from common.export.measure import measure
    from common.export.table import format_table

    weights = arguments.weights or bundle / "models" / "model.pt"
    print(format_table(measure(bundle, folder, weights=weights, dataset_dir=arguments.dataset_dir)))


def arguments() -> Namespace:
    """Return the command line."""
    result = parser(DESCRIPTION, "python scripts/export.py breast_us --out dist")
    result.add_argument("bundle", metavar="BUNDLE", help="a folder in bundles/, trained")
    result.add_argument(
        "--weights", metavar="FILE", type=Path, help="a model.pt, with its model.json (default: the bundle's)"
    )
    result.add_argument("--out", metavar="DIR", type=Path, default=Path("dist"), help="where to (default: dist)")
    result.add_argument(
        "--formats",
        metavar="LIST",
        default="ts,pt2,onnx",
        help="of the network beside model.pt, by commas; empty for none (default: ts,pt2,onnx; also: openvino)",
    )
    result.add_argument("--measure", action="store_true", help="compare the formats; needs onnx, and OpenVINO and NNCF")
    result.add_argument(
        "--dataset_dir", metavar="DIR", default="", help="prepared data to measure on (default: those of train.json)"
    )
    result.add_argument(
        "--url", metavar="URL", default="", help="below which files over 25 MB will lie, for large_files.yml"
    )
    result.add_argument(
        "--push", metavar="OWNER/NAME", default="", help="then upload the folder to the Hugging Face hub, as you"
    )
    result.add_argument("--dry-run", action="store_true", help="with --push: say what would be uploaded, and stop")
    return result.parse_args()


if __name__ == "__main__":
    sys.exit(run(main, arguments()))
