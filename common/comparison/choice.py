"""Which training stands for an initialisation: the best of its scenarios on validation, in each fold and seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import DatasetError
from ..runs import read_model
from .jobs import Job
from .plan import Trial
from .problems import Problem


@dataclass(frozen=True, kw_only=True)
class Trained:
    """A finished training.

    Attributes:
        trial: What was trained.
        job: How.
        card: What the worker says: seconds, host, command.
        value: The validation metric that chooses; higher is better.
        metric: Its name.
        model: `model.json`.
    """

    trial: Trial
    job: Job
    card: dict[str, Any]
    value: float
    metric: str
    model: dict[str, Any]


def trained(trial: Trial, job: Job, card: dict[str, Any], problem: Problem, metric: str) -> Trained:
    """Return a training with what it found on validation.

    Raises:
        DatasetError: It was trained on other data than the comparison began with.
    """
    model = read_model(Path(job.folder) / "models")
    found, expected = model["dataset"]["index_sha256"], problem.hashes["index"]
    if found != expected:
        raise DatasetError(
            f"all runs of a comparison are on the same data; {problem.dataset_dir} had index {expected[:8]} at the "
            f"start and {found[:8]} in {job.folder}: put it back, delete that folder and give the command again"
        )
    return Trained(trial=trial, job=job, card=card, value=float(model[metric]), metric=metric, model=model)


def by_arm(found: Sequence[Trained]) -> dict[tuple[str, str], list[Trained]]:
    """Return the trainings of each bundle and initialisation."""
    arms: dict[tuple[str, str], list[Trained]] = {}
    for its in found:
        arms.setdefault((its.trial.bundle, its.trial.initialisation), []).append(its)
    return arms


def choose(found: Sequence[Trained]) -> list[Trained]:
    """Return the best on validation of each group of trials; of equals, the plan's first."""
    best: dict[tuple[str, str, str, int, int], Trained] = {}
    for one in found:
        if one.trial.group not in best or one.value > best[one.trial.group].value:
            best[one.trial.group] = one
    return list(best.values())
