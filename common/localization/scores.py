"""The scores of a map and its baselines: thresholds from validation, values of the test part with intervals."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..report.scores import level_of
from ..statistics import Interval, bootstrap_means
from .baselines import ARMS
from .localise import Localised
from .overlap import THRESHOLDS, Reals

MEASURES = ("dice", "iou", "pointing", "energy")
"""What is measured of each image; the first two at the threshold."""


def thresholds(valid: Localised) -> dict[str, int]:
    """Return by arm which of `THRESHOLDS` gives the best mean Dice, the first of equal ones.

    Each arm, baselines too, has its own: nothing is compared with a baseline at a threshold that does not suit it.
    """
    return {name: int(np.argmax(found.dice.mean(axis=0))) for name, found in valid.arms.items()}


def measures(part: Localised, chosen: Mapping[str, int]) -> dict[str, dict[str, Reals]]:
    """Return by arm and name in `MEASURES` the value of each image, `(N,)`.

    Args:
        part: Its images.
        chosen: Of `thresholds`.
    """
    return {
        name: {
            "dice": found.dice[:, chosen[name]],
            "iou": found.iou[:, chosen[name]],
            "pointing": found.pointing,
            "energy": found.energy,
        }
        for name, found in part.arms.items()
    }


def scores_of(parts: Mapping[str, Localised]) -> dict[str, Any]:
    """Return what `metrics.json` says: thresholds, the test part's means, and the map's lead over each baseline.

    Intervals are of the bootstrap over patients, at thresholds that stay; differences are paired by image.

    Args:
        parts: `valid` and `test`, of `localise`.
    """
    test, chosen = parts["test"], thresholds(parts["valid"])
    found = measures(test, chosen)
    own = {arm: [found[arm][measure] for measure in MEASURES] for arm in ARMS}
    baselines = [arm for arm in ARMS if arm != "map"]
    differences = {arm: [a - b for a, b in zip(own["map"], own[arm], strict=True)] for arm in baselines}
    return {
        "level": level_of(test.patients, ""),
        "thresholds": {arm: float(THRESHOLDS[place]) for arm, place in chosen.items()},
        "images": {name: counts_of(part) for name, part in parts.items()},
        "patients": len({patient for patient in test.patients if patient}),
        "test": _named(own, test.patients),
        "difference": _named(differences, test.patients),
    }


def counts_of(part: Localised) -> dict[str, int]:
    """Return how many images are measured, how many show no lesion, and how many have no evidence in their map."""
    return {
        "with_lesion": len(part.items),
        "without_lesion": part.without_lesion,
        "empty_map": int(np.count_nonzero(~part.steps.any(axis=(1, 2)))),
    }


def curves(part: Localised) -> dict[str, dict[str, list[Interval]]]:
    """Return by arm the mean `dice` and `iou` at each of `THRESHOLDS`."""
    found = {}
    for name, its in part.arms.items():
        both = bootstrap_means(np.concatenate([its.dice, its.iou], axis=1), part.patients)
        found[name] = {"dice": both[: len(THRESHOLDS)], "iou": both[len(THRESHOLDS) :]}
    return found


def _named(columns: Mapping[str, list[NDArray[np.float64]]], patients: list[str]) -> dict[str, Any]:
    """Return the means, all of the same resamples, by arm and measure."""
    every = np.stack([column for its in columns.values() for column in its], axis=1)
    means = iter(bootstrap_means(every, patients))
    return {arm: {measure: next(means).as_dict() for measure in MEASURES} for arm in columns}
