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
bundle gives here, and OUT/NAME.proof.json says so."""


def main(arguments: Namespace) -> int:
    """Export, prove, say both, and return 0."""
    from common.export.export import export
    from common.export.proof import prove

    bundle = ROOT / "bundles" / arguments.bundle
    formats = [name for name in arguments.formats.split(",") if name]
    done = export(bundle, arguments.out, weights=arguments.weights, formats=formats, url=arguments.url)
    megabytes = done.archive.stat().st_size / 1e6
    print(f"wrote {done.folder} and {done.archive} ({megabytes:.0f} MB)")
    for name, difference in done.differences.items():
        print(f"  models/{name}: logits differ from PyTorch's by at most {difference:.1e}")
    if done.large:
        print(f"  too large for the zoo's repository, listed in large_files.yml: {', '.join(done.large)}")
    print(f"proved: {prove(done, bundle, root=ROOT, weights=arguments.weights).sentence}")
    return 0


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
        help="of the network beside model.pt, by commas; empty for none (default: ts,pt2,onnx)",
    )
    result.add_argument(
        "--url", metavar="URL", default="", help="below which files over 25 MB will lie, for large_files.yml"
    )
    return result.parse_args()


if __name__ == "__main__":
    sys.exit(run(main, arguments()))
