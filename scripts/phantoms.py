"""Write a synthetic data set in the published layout of a real one."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from argparse import Namespace

from common.commands import parser, run
from common.phantoms import PHANTOMS


def main(arguments: Namespace) -> int:
    """Write the phantoms, say so, and return 0."""
    write = PHANTOMS[arguments.dataset]
    count = write(arguments.out, patients=arguments.patients, seed=arguments.seed, difficulty=arguments.difficulty)
    print(f"wrote {count} SYNTHETIC images of {arguments.patients} phantom patients to {arguments.out}")
    return 0


def arguments() -> Namespace:
    """Return the command line."""
    result = parser(
        "Write synthetic images in the layout of a published data set, with their truth in phantoms.json.",
        "python scripts/phantoms.py busbra data/phantoms --patients 120",
    )
    result.add_argument("dataset", metavar="DATASET", choices=sorted(PHANTOMS), help=f"one of: {', '.join(PHANTOMS)}")
    result.add_argument("out", metavar="OUT", type=Path, help="a new or empty folder")
    result.add_argument(
        "--patients",
        metavar="N",
        type=int,
        default=120,
        help="of 1-30 images (default: 120; radimagenet: all classes from 33)",
    )
    result.add_argument("--seed", metavar="S", type=int, default=0, help="another seed, other images (default: 0)")
    result.add_argument(
        "--difficulty", metavar="D", type=float, default=0.2, help="0: classes far apart, 1: alike (default: 0.2)"
    )
    return result.parse_args()


if __name__ == "__main__":
    sys.exit(run(main, arguments()))
