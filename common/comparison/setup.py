"""A plan made ready: everything that can be refused is refused here, before anything trains."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import DatasetError, PlanError, WeightsError
from ..files import read_json, write_json
from ..statistics import Reach, reach
from .beginnings import Beginning, beginnings, refuse_tested
from .frozen import Stored, refuse_unfit, stored
from .jobs import Job, training
from .plan import Plan, Trial
from .problems import Problem, problem

RECORD = "plan.json"
"""What a comparison's folder says it is: the plan, and the hashes of data and weights that it began with."""


@dataclass(frozen=True, kw_only=True)
class Setup:
    """A plan with what it runs on.

    Attributes:
        plan: What was declared.
        out: Where results go.
        problems: By name of the bundle.
        beginnings: By initialisation and backbone.
        jobs: The training of each trial.
        stored: The features that heads are trained on.
    """

    plan: Plan
    out: Path
    problems: Mapping[str, Problem]
    beginnings: Mapping[tuple[str, str], Beginning]
    jobs: Mapping[Trial, Job]
    stored: Sequence[Stored]


def set_up(plan: Plan, out: Path) -> Setup:
    """Return the plan made ready.

    Raises:
        UserError: A bundle, data set, fold, knob or weights that cannot be used; or data or weights that have changed
            since the comparison in `out` began; or two initialisations that are the same.
    """
    problems = {bundle: problem(bundle, plan) for bundle in plan.bundles}
    weights = beginnings(plan)
    refuse_tested(weights.values(), problems.values())
    refuse_unfit(plan)
    jobs = {
        trial: training(trial, plan, problems[trial.bundle], weights[trial.initialisation, trial.backbone], out)
        for trial in plan.trials()
    }
    _refuse_same(jobs)
    features = stored(plan, problems, weights, out)
    result = Setup(plan=plan, out=out, problems=problems, beginnings=weights, jobs=jobs, stored=features)
    _refuse_changed(read_json(out / RECORD, default={}), _record(result), out)
    return result


def _refuse_same(jobs: Mapping[Trial, Job]) -> None:
    """Refuse two initialisations that are one under two names: `auto` is random where nothing is imported."""
    first: dict[str, Trial] = {}
    for trial, job in jobs.items():
        other = first.setdefault(job.key, trial)
        if other != trial:
            raise PlanError(
                f"initialisations differ in their weights; {other.initialisation} and {trial.initialisation} are the "
                "same: leave one out, or give it other weights"
            )


def begin(setup: Setup) -> None:
    """Write what the comparison is into its folder."""
    write_json(setup.out / RECORD, _record(setup))


def _record(setup: Setup) -> dict[str, Any]:
    weights: dict[str, dict[str, str]] = {}
    for (name, backbone), beginning in setup.beginnings.items():
        weights.setdefault(name, {})[backbone] = beginning.sha256
    data = {bundle: dict(its.hashes) for bundle, its in setup.problems.items()}
    return {**setup.plan.as_json(), "sha256": {"data": data, "weights": weights}}


def _refuse_changed(before: Mapping[str, Any], now: Mapping[str, Any], out: Path) -> None:
    """Refuse to mix runs on different data, or from different weights of the same name."""
    if not before:
        return
    kinds = {"data": DatasetError, "weights": WeightsError}
    for kind, refusal in kinds.items():
        for name, its in now["sha256"][kind].items():
            for part in its.keys() & before["sha256"][kind].get(name, {}).keys():
                old, new = before["sha256"][kind][name][part], its[part]
                if old != new:
                    raise refusal(
                        f"all runs of a comparison are on the same data, from the same weights; {name} ({part}) had "
                        f"sha256 {old[:8]} when {out} began, and has {new[:8]}: put it back, or give another --out"
                    )


def outlook(setup: Setup) -> dict[str, Reach]:
    """Return for each bundle whether "equivalent" can come out with so many patients."""
    return {
        bundle: reach(its.positives, its.negatives, patients=its.patients, margin=setup.plan.margin)
        for bundle, its in setup.problems.items()
    }
