"""Audit a prepared data set: faults of images and masks, duplicates, leaks between parts, class balance."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from argparse import Namespace

from common.commands import parser, run

DESCRIPTION = """\
Audit a prepared data set; leaves audit.json and audit.html beside its index.

Exit code 1 where a result on this data would be wrong ("spoils"): a file of the index is missing, unreadable or
changed, a picture has two labels, a mask does not fit its image, or patients or duplicates cross the parts of a fold
of ours. Exit code 0 where the preparation has dealt with all of that ("handled": excluded, or kept in one part), and
for what is only worth knowing ("note": blank images, empty masks, burned-in text, leaks in the publisher's own
splits, possible shortcuts: size, border, drawn-in text, file, order or device that tell the label).
Nothing is deleted or changed."""


def main(arguments: Namespace) -> int:
    """Audit, print the table, and return 1 if a result would be spoiled."""
    from common.datasets.audit.checks import audit
    from common.datasets.audit.page import page
    from common.files import write_json, write_text

    findings = audit(arguments.folder)
    out = arguments.out or arguments.folder
    write_json(out / "audit.json", findings.as_json())
    write_text(out / "audit.html", page(findings))
    print(findings.as_table())
    print(f"\npictures of each finding: {out / 'audit.html'}")
    return int(findings.spoiled)


def arguments() -> Namespace:
    """Return the command line."""
    result = parser(DESCRIPTION, "python scripts/audit.py data/busbra")
    result.add_argument("folder", metavar="data/NAME", type=Path, help="a prepared data set")
    result.add_argument("--out", metavar="FOLDER", type=Path, help="where to write the report (default: data/NAME)")
    return result.parse_args()


if __name__ == "__main__":
    sys.exit(run(main, arguments()))
