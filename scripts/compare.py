"""Compare initialisations on your data: train by a plan, choose on validation, test once, and say which is better."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from argparse import ArgumentTypeError, Namespace
from typing import Any

from common.commands import parser, run
from common.errors import PlanError

DESCRIPTION = """\
Does one initialisation beat another on this data set, and by how much? Trains every initialisation of a plan in the
same number of scenarios, chooses on validation, tests what was chosen once, and leaves in the folder of --out:

  comparison.html   the verdict in a sentence first, then all that it stands on
  verdict.json      the same for programs; verdicts.csv, label_efficiency.csv and runs.csv for spreadsheets
  runs/KEY          each run: model, predictions, log
  kept/NAME         of a plan of one initialisation, what --keep asks for: models for evaluate, inference and export
  features/KEY      features of a frozen network, on which its heads are trained; probes.csv says what else they give

Each run is a process of its own. Kill the command at any moment: the same command continues, and repeats no finished
run. Runs are spread over this machine, or with --address over a Ray cluster whose machines share the files."""


def main(arguments: Namespace) -> int:
    """Compare, print the verdicts, and return 0."""
    from common.comparison.dry_run import dry_run
    from common.comparison.maps import annotated
    from common.comparison.setup import begin, set_up

    plan = _plan(arguments)
    out = arguments.out or Path("comparisons") / "_".join([Path(arguments.plan).stem, *plan.bundles])
    setup = set_up(plan, out)
    if arguments.measure and any(arm.features for arm in plan.initialisations.values()):
        raise PlanError("maps are of a network that sees the image; of features there are none: leave out --measure")
    masked = annotated(setup) if arguments.measure else []
    if arguments.keep:
        from common.comparison.keep import refuse_unkept

        refuse_unkept(setup, arguments.keep, refit=arguments.refit)
    if arguments.dry_run:
        print(dry_run(setup, masked=masked, refit=arguments.refit))
        return 0
    from common.comparison.beside import read_beside
    from common.comparison.compare import compare
    from common.comparison.engine import Engine
    from common.comparison.results import summary, write_results

    beside = read_beside(arguments.beside) if arguments.beside else None
    begin(setup)
    engine = Engine(address=arguments.address, cpus=arguments.cpus, gpus=arguments.gpus)
    found = compare(setup, engine, masked=masked, refit=arguments.refit)
    write_results(found, command=_command(), beside=beside)
    print(summary(found))
    if arguments.keep:
        from common.comparison.keep import keep

        print(*keep(found, arguments.keep, engine), sep="\n")
    return 0


def _plan(arguments: Namespace) -> Any:
    """Return the plan with what the command line says: bundles, their data, further initialisations."""
    from common.comparison.declared import only_frozen, plan_of, read_plan
    from common.comparison.problems import default_data

    content = read_plan(arguments.plan)
    named = content.get("bundles") or {}
    bundles = {name: named.get(name) or default_data(name) for name in arguments.bundles or named}
    arms = {**content.get("initialisations", {}), **dict(_pair(text, "--arm") for text in arguments.arm)}
    if given := dict(_pair(text, "--features") for text in arguments.features):
        content, arms = only_frozen(content), {**arms, **{name: {"features": path} for name, path in given.items()}}
        print(
            "--features: only heads are trained on features, so every initialisation is tried in these scenarios alone"
        )
    bundles |= _data(arguments.dataset_dir, list(bundles))
    sizes = {"sizes": arguments.sizes} if arguments.sizes else {}
    return plan_of({**content, **sizes, "bundles": bundles, "initialisations": arms})


def _data(given: list[str], bundles: list[str]) -> dict[str, str]:
    if len(given) == 1 and len(bundles) == 1 and "=" not in given[0]:
        return {bundles[0]: given[0]}
    pairs = dict(_pair(text, "--dataset_dir") for text in given)
    if strange := set(pairs) - set(bundles):
        raise PlanError(f"--dataset_dir names a bundle that is compared, of {', '.join(bundles)}; got {min(strange)!r}")
    return pairs


def _pair(text: str, option: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise PlanError(f"{option} is NAME=VALUE; got {text!r}")
    return name, value


def _percentages(text: str) -> list[int]:
    parts = text.split(",")
    if not all(part.isdecimal() for part in parts):
        raise ArgumentTypeError(f"must be whole percentages with commas between, such as 5,10,25,50,100; got {text!r}")
    return [int(part) for part in parts]


def _command() -> str:
    import shlex

    return shlex.join(["python", *sys.argv])


def arguments() -> Namespace:
    """Return the command line."""
    result = parser(DESCRIPTION, "python scripts/compare.py breast_us --dataset_dir data/busbra --plan quick --dry-run")
    result.add_argument("bundles", metavar="BUNDLE", nargs="*", help="what to compare on (default: the plan's)")
    result.add_argument("--plan", default="quick", help="quick, paper, cv or a JSON file (default: quick)")
    result.add_argument("--out", metavar="FOLDER", type=Path, help="results (default: comparisons/PLAN_BUNDLE)")
    result.add_argument(
        "--dataset_dir",
        metavar="[BUNDLE=]DIR",
        action="append",
        default=[],
        help="a bundle's prepared data set (default: the plan's, else the bundle's own)",
    )
    result.add_argument(
        "--arm",
        metavar="NAME=PRETRAINED",
        action="append",
        default=[],
        help="another initialisation: auto, random, radimagenet, imagenet ... or the path of a weights file",
    )
    result.add_argument(
        "--features",
        metavar="NAME=FILE",
        action="append",
        default=[],
        help="another encoder, by its features: an .npz file with image, feature and, where there are any, frame",
    )
    result.add_argument(
        "--sizes",
        metavar="5,...,100",
        type=_percentages,
        help="train on these percentages of the training patients too, for a curve of label efficiency",
    )
    result.add_argument(
        "--measure", choices=["localisation"], help="also whose class-activation maps overlap the lesions better"
    )
    result.add_argument(
        "--refit", action="store_true", help="of one initialisation: train again with the validation part, and compare"
    )
    result.add_argument(
        "--keep",
        metavar="NAME",
        default="",
        help='of one initialisation: leave what the table calls so, such as "one network, flips", as a model',
    )
    result.add_argument(
        "--beside", metavar="FOLDER", type=Path, help="another comparison to show beside this: the other mode's"
    )
    result.add_argument("--address", default="", help="of a running Ray cluster (default: this machine alone)")
    result.add_argument("--cpus", metavar="N", type=int, default=0, help="cores of a run (default: all; 4 with a GPU)")
    result.add_argument(
        "--gpus", metavar="X", type=float, help="GPUs of a run, may be 0.5 (default: 1 if there is any)"
    )
    result.add_argument("--dry-run", action="store_true", help="print the runs and what they could tell; run nothing")
    return result.parse_args()


if __name__ == "__main__":
    sys.exit(run(main, arguments()))
