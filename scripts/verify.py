"""Inspect a bundle without executing it: may it be opened without trusting its author?"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from argparse import Namespace
from importlib import import_module

from common.commands import parser, run

DESCRIPTION = """\
Inspect a bundle, a folder or a zip, without executing anything of it: whether its manifest is true, its weights are
plain tensors, its code is that of a released common, and its configurations name nothing but what a bundle needs.
Prints a verdict and its reasons, a line each; exit code 0 if it is sound, 1 if it is refused.

--run runs it after that, a copy in a process of its own, from its own folder; a refused one only with --trust.
What such an inspection cannot see stands in docs/verify.md."""


def main(arguments: Namespace) -> int:
    """Inspect, say what was found, run what was asked for, and return the exit code."""
    from common.errors import TrustError
    from common.verify.archive import opened

    if arguments.record:
        from common.verify.code import record

        print(f"wrote {record(arguments.record)}")
        return 0
    try:
        with opened(arguments.path) as folder:
            sound = judge(folder)
            if not (sound or arguments.trust):
                return 1
            if arguments.zoo:
                sound &= ask_the_zoo(folder)
            return work(folder, arguments) if arguments.run else int(not sound)
    except TrustError as error:
        print(f"refused\n  {error}")
        return 1


def judge(folder: Path) -> bool:
    """Print the verdict on a folder, and return whether it is sound."""
    from common.verify.inspect import inspect

    refusals, notes = inspect(folder)
    print(f"{folder.name}: {'refused' if refusals else 'sound'}")
    print("".join(f"  {line}\n" for line in [*refusals, *(f"note: {note}" for note in notes)]), end="", flush=True)
    return not refusals


def ask_the_zoo(folder: Path) -> bool:
    """Print the model zoo's checks, and return whether all are passed."""
    checks = import_module("common.zoo").zoo_checks(folder)
    for check in checks:
        print(f"  zoo: {check.name}: {'passed' if check.passed else check.reason}")
    return all(check.passed for check in checks)


def work(folder: Path, arguments: Namespace) -> int:
    """Run the workflow on a copy, which is inspected again, and return its exit code."""
    from common.errors import ConfigError, TrustError
    from common.verify.inspect import inspect, is_exported
    from common.verify.run import copied, run_workflow

    if not is_exported(folder):
        raise ConfigError("--run is for a bundle by itself; one of this repository is run as README.md says")
    out = arguments.out or Path(f"{folder.name}_{arguments.run}")
    with copied(folder) as copy:
        if (refusals := inspect(copy).refusals) and not arguments.trust:
            raise TrustError(f"the bundle changed while it was looked at: {refusals[0]}")
        code = run_workflow(copy, arguments.run, dataset_dir=arguments.dataset_dir, output_dir=out)
    print(f"results: {out}" if code == 0 else f"{arguments.run} failed, exit code {code}")
    return code


def arguments() -> Namespace:
    """Return the command line."""
    result = parser(
        DESCRIPTION, "python scripts/verify.py dist/breast_us_classification.zip --run inference --dataset_dir FOLDER"
    )
    result.add_argument("path", metavar="PATH", type=Path, nargs="?", help="a bundle: its folder, or a zip of it")
    result.add_argument("--zoo", action="store_true", help="ask the model zoo's checks too; these do run the bundle")
    result.add_argument("--run", choices=["inference", "evaluate"], help="run this of it, if it is sound")
    result.add_argument("--dataset_dir", metavar="FOLDER", type=Path, help="what to run it on")
    result.add_argument("--out", metavar="DIR", type=Path, help="where results go (default: NAME_inference)")
    result.add_argument("--trust", action="store_true", help="run it whatever the verdict: you know its author")
    result.add_argument("--record", metavar="VERSION", help="write the hashes of this common as those of a release")
    given = result.parse_args()
    if (given.path is None) == (given.record is None):
        result.error("give a PATH")
    if given.run and not given.dataset_dir:
        result.error("--run needs --dataset_dir")
    return given


if __name__ == "__main__":
    sys.exit(run(main, arguments()))
