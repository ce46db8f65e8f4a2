"""Check and mend the configurations of all bundles, and write new bundles."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from argparse import Namespace

from common.commands import parser, run

ROOT = Path(__file__).resolve().parents[1]

DESCRIPTION = """\
Keep the bundles alike: each body is its exemplar's, word for word, but for what its _differs_ names with a reason.

--check says what is wrong in any bundle, a line each; exit code 1 if anything is. --fix copies what no _differs_ names
back from the exemplar and lays the files out; it never touches a head, and says what it changed. new writes a complete
bundle that passes every check: like another, or for a prepared data set."""


def main(arguments: Namespace) -> int:
    """Do what was asked for and return its exit code."""
    if arguments.verb == "new":
        return make(arguments)
    return mend() if arguments.fix else ask()


def ask() -> int:
    """Print what is wrong, and return 1 if anything is."""
    from common.house.check import check
    from common.house.files import bundles_in

    problems = check(ROOT)
    print("\n".join(problems) or f"nothing wrong in {', '.join(folder.name for folder in bundles_in(ROOT))}")
    return int(bool(problems))


def mend() -> int:
    """Mend what can be mended, say what was, and return 0."""
    from common.house.fix import fix

    print("\n".join(fix(ROOT)) or "nothing to mend")
    return 0


def make(arguments: Namespace) -> int:
    """Write a new bundle, and print the commands that train, evaluate and use it."""
    from common.house.new import new_bundle
    from common.house.pages import commands

    folder = new_bundle(ROOT, arguments.name, like=arguments.like, data=arguments.data)
    print(f"wrote {folder.relative_to(ROOT)}; next:\n")
    print("\n".join(f"    {command}" for command in commands(arguments.name)))
    return 0


def arguments() -> Namespace:
    """Return the command line."""
    result = parser(DESCRIPTION, "python scripts/house.py new knee_mri --from data/knee_mri")
    modes = result.add_mutually_exclusive_group()
    modes.add_argument("--check", action="store_true", help="say what is wrong; exit code 1 if anything is")
    modes.add_argument("--fix", action="store_true", help="mend what can be mended by a machine")
    new = result.add_subparsers(dest="verb").add_parser("new", help="write a new bundle")
    new.add_argument(
        "name", metavar="NAME", help="lower-case letters, digits and underscores; a new folder in bundles/"
    )
    source = new.add_mutually_exclusive_group(required=True)
    source.add_argument("--like", metavar="EXEMPLAR", default="", help="a bundle's name: its knobs, its classes")
    source.add_argument(
        "--from", dest="data", metavar="data/NAME", type=Path, help="a prepared data set: its classes, licence, counts"
    )
    given = result.parse_args()
    if given.check + given.fix + (given.verb == "new") != 1:
        result.error("give one of --check, --fix and new NAME")
    return given


if __name__ == "__main__":
    sys.exit(run(main, arguments()))
