"""The features that frozen networks are known by: what stores them, and what probes on them say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..datasets.items import image_keys, read_every
from ..features.given import read_given
from ..metrics import read_predictions
from ..statistics import Interval
from ..statistics.delong import auc_interval
from .beginnings import Beginning
from .evidence import over_folds, patients
from .jobs import Job, extraction, probing
from .plan import FROZEN, Plan, Trial
from .problems import Problem


@dataclass(frozen=True, kw_only=True)
class Stored:
    """The features of one network on one problem.

    Attributes:
        trial: The first trial of those that work on them.
        job: What computes them.
        probes: By fold, what probes them.
    """

    trial: Trial
    job: Job
    probes: Mapping[str, Job]

    @property
    def seed(self) -> str:
        """The seed that made the network, where its weights are random; empty for others."""
        return str(self.trial.seed) if "--seed" in self.job.arguments else ""


def stored(
    plan: Plan, problems: Mapping[str, Problem], weights: Mapping[tuple[str, str], Beginning], out: Path
) -> list[Stored]:
    """Return the features that a plan needs, each once."""
    found: dict[str, Stored] = {}
    for trial in plan.trials():
        if trial.trainable != FROZEN:
            continue
        problem = problems[trial.bundle]
        job = extraction(trial, plan, problem, weights[trial.initialisation, trial.backbone], out)
        if job.key not in found:
            folds = {fold: probing(job, fold, trial.bundle, problem) for fold in plan.folds}
            found[job.key] = Stored(trial=trial, job=job, probes=folds)
    return list(found.values())


def refuse_unfit(plan: Plan) -> None:
    """Refuse files of features that lack an image of the data, or hold what cannot be learned from.

    Raises:
        DatasetError: Any does.
    """
    given = [arm.features for arm in plan.initialisations.values() if arm.features]
    for bundle, folder in plan.bundles.items():
        keys = image_keys(read_every(folder)) if given else []
        for path in given:
            read_given(path, keys, data=bundle)


@dataclass(frozen=True, kw_only=True)
class ProbeScore:
    """Test AUC of a probe on stored features.

    Attributes:
        stored: The features.
        probe: Its name.
        fold: The fold; empty for all, each image compared within its fold.
        score: The AUC, patients clustered.
    """

    stored: Stored
    probe: str
    fold: str
    score: Interval


def probe_scores(every: Sequence[Stored]) -> list[ProbeScore]:
    """Return the scores of all probes: over all folds, then of each."""
    from ..features.probes import PROBES, file_of

    return [score for its in every for probe in PROBES for score in _scores(its, probe, file_of(probe))]


def _scores(its: Stored, probe: str, file: str) -> list[ProbeScore]:
    said = {fold: read_predictions(Path(job.folder) / file).known() for fold, job in its.probes.items()}
    single = {name: auc_interval(p.label, p.positive, patients=patients(p)) for name, p in said.items()}
    scores = {"": over_folds(list(said.values())), **single} if len(said) > 1 else single
    return [ProbeScore(stored=its, probe=probe, fold=name, score=found) for name, found in scores.items()]


def probe_rows(scores: Sequence[ProbeScore]) -> list[dict[str, str | float]]:
    """Return a line of a table for every score."""
    return [
        {
            "bundle": its.stored.trial.bundle,
            "initialisation": its.stored.trial.initialisation,
            "network": its.stored.trial.backbone,
            "seed": its.stored.seed,
            "probe": its.probe,
            "fold": its.fold or "all",
            **{f"test_{name}": value for name, value in its.score.as_dict().items()},
        }
        for its in scores
    ]
