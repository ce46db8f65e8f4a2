"""What a comparison would cost and could tell, before anything is run."""

from collections.abc import Iterator, Sequence

from ..statistics import Reach
from ..statistics.power import FEWEST_PATIENTS
from ..statistics.verdict import Reason
from .plan import WHOLE
from .problems import Problem
from .setup import Setup, outlook
from .ways import flippable
from .worker import finished


def dry_run(setup: Setup, *, masked: Sequence[str] = (), refit: bool = False) -> str:
    """Return what would be run, how much of it is finished, and what "equivalent" would need.

    Args:
        setup: What would be run.
        masked: Bundles on whose masks maps would be measured.
        refit: Whether what is chosen would be trained again, with the validation part and on every image.
    """
    lines = [f"{job.key}  {trial}" for trial, job in setup.jobs.items()]
    if setup.stored:
        lines += ["", *(f"{its.job.key}  {its.job.name}" for its in setup.stored)]
    lines += ["", f"{', '.join(_counts(setup, masked, refit=refit))}, in {setup.out}"]
    if setup.plan.compared:
        lines += [f"{bundle}: {_expected(setup.problems[bundle], its)}" for bundle, its in outlook(setup).items()]
    return "\n".join(lines)


def _counts(setup: Setup, masked: Sequence[str], *, refit: bool) -> Iterator[str]:
    """Yield how many runs of each kind there are; validation chooses one of each group, and that is gone on with."""
    done = sum(finished(job) is not None for job in setup.jobs.values())
    yield f"{len(setup.jobs)} trainings{f' ({done} of them finished)' if done else ''}"
    groups = {trial.group: trial for trial in setup.jobs}.values()
    yield f"{len(setup.jobs) if setup.plan.mode == 'as_published' else len(groups)} evaluations on test"
    mirrored = flippable(setup)
    if flips := sum(trial.bundle in mirrored for trial in groups):
        yield f"{flips} passes over mirror images of test parts"
    if refit and not setup.plan.compared:
        whole = [trial for trial in groups if trial.size == WHOLE]
        yield f"{len(whole)} trainings again with the validation part, each with its evaluation"
        yield f"{len({(trial.bundle, trial.initialisation) for trial in whole})} on every image"
    if maps := sum(trial.bundle in masked for trial in setup.jobs if trial.size == WHOLE):
        yield f"{maps} measurements of maps, on validation and test part, of the network and of one of random weights"


def _expected(its: Problem, found: Reach) -> str:
    few = min(its.positives, its.negatives) < FEWEST_PATIENTS
    return f"no verdict, since {Reason.FEW_PATIENTS.value}" if few else found.sentence
