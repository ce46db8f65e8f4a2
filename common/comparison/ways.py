"""One arm: is it better to use one network, the mean of several, or flips at test time, and what does it cost?

Judged on images that none of the networks has seen, and only so. The folds' networks together have seen every image.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..statistics import NAN, Interval, Paired, holm, initialisation_difference
from ..statistics.power import FEWEST_PATIENTS
from .choice import Trained, by_arm
from .efficiency import area
from .evidence import images, patients, tested
from .jobs import FLIPPED
from .problems import Problem
from .setup import Setup

ONE, FLIPS = "one network", ", flips"
AGAIN, ON_ALL = ", trained again with the validation part", ", trained again on every image"
"""What a way is called, and how its name goes on."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way to use what was trained.

    Attributes:
        bundle: Of the problem.
        initialisation: What all began from.
        name: What it is called.
        score: Mean AUC within folds; None where its networks have seen every image.
        ahead: How far it is ahead of one network; None of that itself, and without a score.
        p: Of that; NaN where there is none, and where too few patients are positive or negative for a test.
        p_holm: The same, adjusted for all ways of one bundle and initialisation.
        networks: Trained for each test part.
        passes: Forward passes an image.
        seconds: Of training for each test part.
        flips: Whether it sees mirror images too.
        members: Its networks, for each test part; of "one network" the first, where there are several.
    """

    bundle: str
    initialisation: str
    name: str
    score: Interval | None
    ahead: Interval | None
    p: float
    p_holm: float
    networks: int
    passes: int
    seconds: float
    flips: bool
    members: Sequence[Sequence[Trained]]

    def as_dict(self) -> dict[str, Any]:
        """Return all but the networks, for JSON."""
        told = {key: value for key, value in vars(self).items() if key not in ("flips", "members")}
        return told | {key: its.as_dict() if (its := getattr(self, key)) else None for key in ("score", "ahead")}


def names(count: int, parts: int, *, flips: bool, refit: bool) -> list[str]:
    """Return what the ways are called, of so many networks for each of so many test parts."""
    kinds = [ONE, *[_mean(count)] * (count > 1), *[_mean_of_all(count * parts)] * (parts > 1)]
    several = [kind + suffix for suffix in ("", *[FLIPS] * flips, *[AGAIN] * refit) for kind in kinds]
    return [*several, *[ONE + ON_ALL] * refit]


def _mean(count: int) -> str:
    return f"mean of {count} networks"


def _mean_of_all(count: int) -> str:
    return f"mean of all {count} networks"


def flippable(setup: Setup) -> list[str]:
    """Return the bundles whose test parts are seen as mirror images too, in a plan of one initialisation.

    They are those that mirror their training images: where laterality carries meaning a bundle does not. Of features no
    image can be mirrored.
    """
    plan = setup.plan
    if plan.compared or any(arm.features for arm in plan.initialisations.values()):
        return []
    return [
        bundle
        for bundle, its in setup.problems.items()
        if any(transform.get("flip") for transform in its.config["train"]["random_transforms"])
    ]


def ways(
    chosen: Sequence[Trained],
    problems: Mapping[str, Problem],
    *,
    flipped: Sequence[str],
    refits: Mapping[str, Trained],
    on_all: Mapping[tuple[str, str], Trained],
) -> list[Way]:
    """Return the ways to use what was trained, those of each bundle and initialisation together.

    Args:
        chosen: Trained and tested.
        problems: By name of the bundle.
        flipped: Bundles whose test parts were seen as mirror images too.
        refits: By key of a training, the same with the validation part; empty for none.
        on_all: By bundle and initialisation, the network of every image; empty for none.
    """
    result = []
    for arm, ones in by_arm(chosen).items():
        parts = _by_test_part(ones, problems[arm[0]])
        result += _adjusted(list(_ways(parts, refits, flips=arm[0] in flipped)))
        if arm in on_all:
            result.append(_unjudged(on_all[arm], parts))
    return result


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


@dataclass(frozen=True, kw_only=True)
class _Variant:
    """Networks by test part, what each says of the images there, and how long those of a part were trained."""

    suffix: str
    trained: Sequence[Sequence[Trained]]
    scores: Sequence[Sequence[np.ndarray]]
    seconds: float


def _ways(parts: Sequence[Sequence[Trained]], refits: Mapping[str, Trained], *, flips: bool) -> Iterator[Way]:
    seconds = _seconds(parts)
    plain = _Variant(suffix="", trained=parts, scores=_scores(parts), seconds=seconds)
    yield from _of(plain, plain)
    if flips:
        yield from _of(replace(plain, suffix=FLIPS, scores=_scores(parts, FLIPPED)), plain)
    if refits:
        again = [[refits[its.job.key] for its in part] for part in parts]
        longer = seconds + _seconds(again)
        yield from _of(_Variant(suffix=AGAIN, trained=again, scores=_scores(again), seconds=longer), plain)


def _unjudged(network: Trained, parts: Sequence[Sequence[Trained]]) -> Way:
    """Return the way of a network of every image; those that told for how long to train it were trained before."""
    members = [[network]]
    seconds = _seconds(parts) * len(parts) + _seconds(members)
    its = _Variant(suffix=ON_ALL, trained=members, scores=[], seconds=seconds)
    return _way(its, name=ONE, members=members, seconds=seconds)


def _of(its: _Variant, plain: _Variant) -> Iterator[Way]:
    """Yield what can be made of networks: each alone, the mean of those of a test part, the mean of all."""
    count = len(its.trained[0])
    first = [part[:1] for part in its.trained]
    yield _judged(its, plain, name=ONE, members=first)
    if count > 1:
        yield _judged(its, plain, name=_mean(count), members=its.trained)
    if len(its.trained) > 1:
        every = [one for part in its.trained for one in part]
        seconds = its.seconds * len(its.trained)
        yield _way(its, name=_mean_of_all(len(every)), members=[every], seconds=seconds)


def _judged(its: _Variant, plain: _Variant, *, name: str, members: Sequence[Sequence[Trained]]) -> Way:
    """Return a way with its score beside one network's; of "one network" each counts, where there are several."""
    count, mean = len(its.trained[0]), name != ONE
    scores = [[np.mean(part, axis=0)] * count for part in its.scores] if mean else its.scores
    pairs = list(_pairs(plain.trained, scores, plain.scores))
    estimate = initialisation_difference(pairs)
    first = its is plain and not mean
    few = min(estimate.positives, estimate.negatives) < FEWEST_PATIENTS
    way = _way(its, name=name, members=members, seconds=its.seconds if mean else its.seconds / count)
    return replace(
        way,
        score=area([pair for pair in pairs if pair.seed == 0] if mean else pairs),
        ahead=None if first else estimate.difference.interval(),
        p=NAN if first or few else estimate.difference.p(),
    )


def _way(its: _Variant, *, name: str, members: Sequence[Sequence[Trained]], seconds: float) -> Way:
    """Return a way that is not judged."""
    trial, flips, count = members[0][0].trial, its.suffix == FLIPS, len(members[0])
    return Way(
        bundle=trial.bundle,
        initialisation=trial.initialisation,
        name=name + its.suffix,
        score=None,
        ahead=None,
        p=NAN,
        p_holm=NAN,
        networks=count,
        passes=count * (2 if flips else 1),
        seconds=seconds,
        flips=flips,
        members=members,
    )


def _seconds(parts: Sequence[Sequence[Trained]]) -> float:
    """Return how long the networks of a test part were trained, the mean over parts."""
    return sum(float(its.card["seconds"]) for part in parts for its in part) / len(parts)


def _scores(parts: Sequence[Sequence[Trained]], folder: str = "eval") -> list[list[np.ndarray]]:
    return [[tested(its, folder).positive.astype(np.float64) for its in part] for part in parts]


def _pairs(parts: Sequence[Sequence[Trained]], scores: Any, plain: Any) -> Iterator[Paired]:
    """Yield each network's scores under a way beside its own, by test part and number."""
    for part, way, own in zip(parts, scores, plain, strict=True):
        its = tested(part[0])
        for number, (score_a, score_b) in enumerate(zip(way, own, strict=True)):
            fold = part[0].trial.fold
            yield Paired(
                seed=number,
                fold=fold,
                label=its.label,
                score_a=score_a,
                score_b=score_b,
                image=images(its),
                patient=patients(its),
            )
