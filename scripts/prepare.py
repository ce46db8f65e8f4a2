"""Prepare a published data set: an index with folds and duplicates, beside the untouched originals."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from argparse import Namespace

from common.commands import parser, run
from common.datasets import NAMES


def main(arguments: Namespace) -> int:
    """Prepare, say what was found, and return 0."""
    from common.datasets.prepare import prepare, summary

    data = prepare(
        arguments.dataset, arguments.source, arguments.out, replace=arguments.replace, salt=arguments.pseudonymise
    )
    print(summary(data))
    print(f"prepared in {data.folder}; next: python scripts/audit.py {data.folder}")
    return 0


def arguments() -> Namespace:
    """Return the command line."""
    result = parser(
        "Prepare a published data set for training. Originals are neither copied nor changed.",
        "python scripts/prepare.py busbra ../shared/data/busbra --out data/busbra",
    )
    result.add_argument("dataset", metavar="DATASET", help=f"one of: {', '.join(NAMES)}")
    result.add_argument("source", metavar="SOURCE", type=Path, help="folder of the download, laid out as published")
    result.add_argument("--out", metavar="data/NAME", type=Path, required=True, help="folder to write")
    result.add_argument(
        "--pseudonymise",
        metavar="SALT",
        default="",
        help="write patients and studies as codes that only who knows SALT can link (file names stay as they are)",
    )
    result.add_argument("--replace", action="store_true", help="overwrite another data set in that folder")
    return result.parse_args()


if __name__ == "__main__":
    sys.exit(run(main, arguments()))
