"""One arm: is it better to use one network, the mean of several, or flips at test time, and what does it cost?

Judged on images that none of the networks has seen, and only so. The folds' networks together have seen every image.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..statistics import NAN, Interval, Paired, holm, initialisation_difference
from ..statistics.power import FEWEST_PATIENTS
from .choice import Trained
from .efficiency import area
from .evidence import patients, tested
from .jobs import FLIPPED
from .problems import Problem


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way to use what was trained.

    Attributes:
        bundle: Of the problem.
        initialisation: What all began from.
        name: What it is called.
        score: Mean AUC within folds.
        ahead: How far it is ahead of one network; None of that itself.
        p: Of that; NaN of one network itself, and where too few patients are positive or negative for a test.
        p_holm: The same, adjusted for all ways of one bundle and initialisation.
        networks: Trained for each test part.
        passes: Forward passes an image.
        seconds: Of training for each test part.
    """

    bundle: str
    initialisation: str
    name: str
    score: Interval
    ahead: Interval | None
    p: float
    p_holm: float
    networks: int
    passes: int
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """Return all of it, for JSON."""
        return {**vars(self), "score": self.score.as_dict(), "ahead": self.ahead.as_dict() if self.ahead else None}


def harmless(config: Mapping[str, Any]) -> bool:
    """Return whether a bundle mirrors its training images: where laterality carries meaning it does not."""
    return any(its.get("flip") for its in config["train"]["random_transforms"])


def ways(
    chosen: Sequence[Trained], problems: Mapping[str, Problem], *, flipped: Sequence[str], refits: Mapping[str, Trained]
) -> list[Way]:
    """Return the ways to use what was trained, those of each bundle and initialisation together.

    Args:
        chosen: Trained and tested.
        problems: By name of the bundle.
        flipped: Bundles whose test parts were seen as mirror images too.
        refits: By key of a training, the same with the validation part; empty for none.
    """
    arms: dict[tuple[str, str], list[Trained]] = {}
    for its in chosen:
        arms.setdefault((its.trial.bundle, its.trial.initialisation), []).append(its)
    return [
        way
        for (bundle, _), ones in arms.items()
        for way in _adjusted(list(_ways(_by_test_part(ones, problems[bundle]), refits, flips=bundle in flipped)))
    ]


def _adjusted(found: Sequence[Way]) -> list[Way]:
    tested = [its for its in found if its.p == its.p]  # NaN is not itself
    adjusted = dict(zip((its.name for its in tested), holm([its.p for its in tested]).tolist(), strict=True))
    return [replace(its, p_holm=adjusted.get(its.name, NAN)) for its in found]


def _by_test_part(ones: Sequence[Trained], problem: Problem) -> list[list[Trained]]:
    """Return the trainings of each test part, equally many of each."""
    parts: dict[frozenset[str], list[Trained]] = {}
    for its in ones:
        parts.setdefault(problem.tested[its.trial.fold], []).append(its)
    count = min(map(len, parts.values()))
    return [its[:count] for its in parts.values()]


def _ways(parts: Sequence[Sequence[Trained]], refits: Mapping[str, Trained], *, flips: bool) -> Iterator[Way]:
    plain = [[_scores(its) for its in part] for part in parts]
    seconds = _seconds(its for part in parts for its in part) / len(parts)
    variants = {"": (plain, seconds, 1)}
    if flips:
        variants[", flips"] = [[_scores(its, FLIPPED) for its in part] for part in parts], seconds, 2
    if refits:
        again = [[refits[its.job.key] for its in part] for part in parts]
        longer = seconds + _seconds(its for part in again for its in part) / len(parts)
        variants[", trained again with the validation part"] = [[_scores(its) for its in p] for p in again], longer, 1
    count = len(parts[0])
    for suffix, (scores, time, passes) in variants.items():
        means = [[np.mean(part, axis=0)] * count for part in scores]
        for mean in (False, True) if count > 1 else (False,):
            pairs = list(_pairs(parts, means if mean else scores, plain))
            first = not (suffix or mean)
            estimate = initialisation_difference(pairs)
            few = min(estimate.positives, estimate.negatives) < FEWEST_PATIENTS
            yield Way(
                bundle=parts[0][0].trial.bundle,
                initialisation=parts[0][0].trial.initialisation,
                name=(f"mean of {count} networks" if mean else "one network") + suffix,
                score=area([its for its in pairs if its.seed == 0] if mean else pairs),
                ahead=None if first else estimate.difference.interval(),
                p=NAN if first or few else estimate.difference.p(),
                p_holm=NAN,
                networks=count if mean else 1,
                passes=passes * (count if mean else 1),
                seconds=time if mean else time / count,
            )


def _seconds(ones: Iterable[Trained]) -> float:
    return sum(float(its.card["seconds"]) for its in ones)


def _scores(one: Trained, folder: str = "eval") -> np.ndarray:
    return tested(one, folder).positive.astype(np.float64)


def _pairs(parts: Sequence[Sequence[Trained]], scores: Any, plain: Any) -> Iterator[Paired]:
    """Yield each network's scores under a way beside its own, by test part and number."""
    for part, way, own in zip(parts, scores, plain, strict=True):
        its = tested(part[0])
        for number, (score_a, score_b) in enumerate(zip(way, own, strict=True)):
            fold = part[0].trial.fold
            yield Paired(
                seed=number, fold=fold, label=its.label, score_a=score_a, score_b=score_b, patient=patients(its)
            )
