"""Interpretability, the paper's third claim: whose class-activation maps overlap the lesions better?"""

import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..datasets.index import masks
from ..datasets.prepared import read_prepared
from ..errors import PlanError, RunError
from ..statistics import Difference, Interval, holm
from ..statistics.initialisations import ENOUGH_SEEDS
from ..statistics.means import mean_over_seeds
from ..statistics.power import ALPHA, FEWEST_PATIENTS
from .choice import Trained
from .jobs import MAPS
from .problems import ROOT
from .setup import Setup

PUBLISHED = {"thyroid_us": 64.6, "breast_us": 16.4}
"""By bundle, the gain in Dice of RadImageNet's maps over ImageNet's in percent: Mei et al. 2022, abstract."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Maps:
    """The maps of an initialisation beside those of the reference, on the lesions of one problem.

    Attributes:
        bundle: Of the problem.
        first: The initialisation.
        second: The reference.
        decision: better, worse, cannot tell, or no verdict.
        reason: Why no verdict is given; empty where one is.
        dice: Mean Dice of the first and of the second.
        difference: Mean difference of Dice, first less second, paired by image.
        relative: The same in percent of the second's.
        over_random: How far each is ahead of a network of random weights, the sanity check.
        p: Of the difference.
        p_holm: The same, adjusted for all comparisons of maps.
        images: Number of images with a lesion.
        patients: Of these.
        seeds: Number of seeds.
        scenarios: Number of scenarios, over which a lesion's Dice is the mean.
    """

    bundle: str
    first: str
    second: str
    decision: str
    reason: str
    dice: tuple[float, float]
    difference: Interval
    relative: Interval
    over_random: tuple[Interval, Interval]
    p: float
    p_holm: float
    images: int
    patients: int
    seeds: int
    scenarios: int

    @property
    def sentence(self) -> str:
        """What it says, in words."""
        found = {
            "better": f"maps of {self.first} overlap the lesions better than those of {self.second}",
            "worse": f"maps of {self.first} overlap the lesions worse than those of {self.second}",
            "cannot tell": f"It cannot be told whether maps of {self.first} or {self.second} overlap lesions better",
            "no verdict": f"No verdict on the maps of {self.first} and {self.second}, since {self.reason}",
        }[self.decision]
        its, relative = self.difference, self.relative
        adjusted = f"{self.p_holm:.2g} with all comparisons of maps (Holm), " if self.p_holm > self.p else ""
        trained = "" if self.seeds >= ENOUGH_SEEDS else "; of these trained models only, not of the initialisations"
        return (
            f"{found}: Dice difference {100 * its.value:+.1f} points [{100 * its.low:+.1f}, {100 * its.high:+.1f}], "
            f"relative {relative.value:+.1f} % [{relative.low:+.1f}, {relative.high:+.1f}], p = {self.p:.2g}, "
            f"{adjusted}n = {self.images} images of {self.patients} "
            f"patients, {_counted(self.seeds, 'seed')}, {_counted(self.scenarios, 'scenario')}{trained}."
        )

    def as_dict(self) -> dict[str, Any]:
        """Return all of it, for JSON."""
        return {**asdict(self), "sentence": self.sentence, "published_percent": PUBLISHED.get(self.bundle)}


def annotated(setup: Setup) -> list[str]:
    """Return the bundles whose data have masks.

    Raises:
        PlanError: None has, there is nothing to compare, or maps of networks that are read in another way than their
            bundle's.
    """
    plan = setup.plan
    if plan.mode == "as_published" or not plan.compared:
        raise PlanError(
            "--measure localisation compares two or more initialisations in mode fair, as localize.py reads images; "
            f"got mode {plan.mode} of {', '.join(plan.initialisations)}: leave it out, or change the plan"
        )
    found = [
        bundle
        for bundle, its in setup.problems.items()
        if any(masks(row) for row in read_prepared(ROOT / its.dataset_dir).rows)
    ]
    if not found:
        raise PlanError(
            f"--measure localisation needs masks of lesions; the data of {', '.join(setup.problems)} have none: "
            "leave it out, or prepare data with masks"
        )
    return found


def compare_maps(mapped: Sequence[Trained], bundles: Sequence[str], arms: Sequence[str], reference: str) -> list[Maps]:
    """Return each initialisation's maps beside the reference's, over all scenarios, p adjusted for all.

    Args:
        mapped: Trainings whose maps have been measured.
        bundles: Whose data have masks.
        arms: Initialisations other than the reference.
        reference: What they are compared with.
    """
    found = [_maps(mapped, bundle, first, reference) for bundle in bundles for first in arms]
    tested = [place for place, its in enumerate(found) if not its.reason]
    adjusted = holm([found[place].p for place in tested])
    for place, p_holm in zip(tested, adjusted, strict=True):
        its = found[place]
        told = "cannot tell" if p_holm >= ALPHA else "better" if its.difference.value > 0 else "worse"
        found[place] = replace(its, p_holm=float(p_holm), decision=told)
    return found


def _maps(mapped: Sequence[Trained], bundle: str, first: str, second: str) -> Maps:
    arms = [[its for its in mapped if _arm(its) == (bundle, name)] for name in (first, second)]
    one, other = map(_lesions, arms)
    rows = list(next(iter(one.values())))
    if any(its.keys() != set(rows) for its in (*one.values(), *other.values())):
        raise RunError(f"maps are compared on the same lesions; {first} and {second} on {bundle} have different ones")
    patients = [patient or f"{image} {frame}" for _, image, frame, patient in rows]
    a, b = (np.array([[its[seed][row] for row in rows] for seed in sorted(its)]) for its in (one, other))
    difference = mean_over_seeds(a[..., 0] - b[..., 0], patients)
    random = [mean_over_seeds(its[..., 0] - its[..., 1], patients).interval() for its in (a, b)]
    count = len(set(patients))
    return Maps(
        bundle=bundle,
        first=first,
        second=second,
        decision="no verdict",
        reason=_reason(count, random),
        dice=(float(a[..., 0].mean()), float(b[..., 0].mean())),
        difference=difference.interval(),
        relative=_relative(a[..., 0], b[..., 0], patients),
        over_random=(random[0], random[1]),
        p=difference.p(),
        p_holm=math.nan,
        images=len({(image, frame) for _, image, frame, _ in rows}),
        patients=count,
        seeds=len(one),
        scenarios=len({its.trial.scenario for its in arms[0]}),
    )


def _arm(its: Trained) -> tuple[str, str]:
    return its.trial.bundle, its.trial.initialisation


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number > 1)}"


def _reason(patients: int, over_random: Sequence[Interval]) -> str:
    if patients < FEWEST_PATIENTS:
        return f"fewer than {FEWEST_PATIENTS} patients have a lesion that is drawn"
    if all(its.low <= 0 for its in over_random):
        return "neither is shown to beat maps of random weights, so training left no trace in them"
    return ""


def _relative(a: Floats, b: Floats, patients: Sequence[str]) -> Interval:
    """Return the ratio of the means less 1, in percent, with the interval on the logarithm's scale (delta method)."""
    first, second = float(a.mean()), float(b.mean())
    if min(first, second) <= 0:
        return Interval(math.nan, math.nan, math.nan, len(patients))
    # An image moves the logarithm of a mean by its distance from it, as a share of the mean.
    ratio: Difference = mean_over_seeds(np.log(first / second) + a / first - b / second, patients)
    value, low, high = (100 * (math.exp(its) - 1) for its in (ratio.value, *_bounds(ratio)))
    return Interval(value, low, high, len(patients))


def _bounds(its: Difference) -> tuple[float, float]:
    whole = its.interval()
    return whole.low, whole.high


Lesion = tuple[str, str, str, str]
"""Fold, image, frame and patient."""


def _lesions(mapped: Sequence[Trained]) -> dict[int, dict[Lesion, Floats]]:
    """Return by seed the Dice of an initialisation's map, and of that of random weights, of each lesion.

    They are the mean over scenarios, which are not independent: patients and seeds are what an interval is of.
    """
    found: dict[int, dict[Lesion, list[tuple[float, float]]]] = {}
    for its in mapped:
        lesions = found.setdefault(its.trial.seed, {})
        for lesion, dice in _read(Path(its.job.folder) / MAPS / "images.csv", its.trial.fold):
            lesions.setdefault(lesion, []).append(dice)
    return {seed: {lesion: np.mean(its, axis=0) for lesion, its in lesions.items()} for seed, lesions in found.items()}


def _read(path: Path, fold: str) -> Iterator[tuple[Lesion, tuple[float, float]]]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["part"] == "test":
                lesion = (fold, row["image"], row["frame"], row["patient"])
                yield lesion, (float(row["dice:map"]), float(row["dice:untrained"]))
