"""Scores of a hundred classes and a hundred thousand images: overall, by class, and by kind of class.

RadImageNet publishes no patients, so all of them are image-level and their intervals optimistic. What depends on the
confusion matrix alone is resampled by drawing matrices: that is the bootstrap of images, at the price of its cells.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...statistics import (
    ClassAreas,
    Interval,
    class_areas,
    mean_area,
    mean_of_proportions_interval,
    proportion_interval,
)

FEW = 5
"""Of how many of the most probable classes the right one is one, for `top5`."""

RESAMPLES = 1000
"""Drawn confusion matrices: enough for bounds at 2.5 and 97.5 % (25 lie outside each)."""

Numbers = NDArray[np.int64]


class Measured(NamedTuple):
    """What N images of a part give, of which all scores are made.

    Attributes:
        label: Class indices, `(N,)`.
        right: Whether the most probable class is the right one, `(N,)`.
        found: Whether it is among the `FEW` most probable ones, `(N,)`.
        confusion: Images by class (rows) and by what they were called (columns), `(C, C)`.
        f1: Of each class, NaN where it does not occur, `(C,)`.
        resampled_f1: The same of drawn confusion matrices, `(RESAMPLES, C)`.
        areas: Of each class against the rest.
    """

    label: Numbers
    right: NDArray[np.bool_]
    found: NDArray[np.bool_]
    confusion: Numbers
    f1: NDArray[np.float64]
    resampled_f1: NDArray[np.float64]
    areas: ClassAreas


def measure(label: Numbers, probabilities: NDArray[np.float32]) -> Measured:
    """Return what labels `(N,)` and probabilities `(N, C)` give."""
    count = probabilities.shape[1]
    first = np.argpartition(-probabilities, min(FEW, count) - 1, axis=1)[:, :FEW]
    called = probabilities.argmax(axis=1)
    confusion = np.bincount(label * count + called, minlength=count**2).reshape(count, count)
    one_hot = (label[:, None] == np.arange(count)).astype(np.int8)
    return Measured(
        label,
        called == label,
        (first == label[:, None]).any(axis=1),
        confusion,
        _f1(confusion.diagonal(), confusion.sum(axis=1), confusion.sum(axis=0)),
        _resampled_f1(confusion),
        class_areas(one_hot, probabilities),
    )


def _f1(hits: NDArray[Any], images: NDArray[Any], called: NDArray[Any]) -> NDArray[np.float64]:
    return np.where(images > 0, 2 * hits / np.maximum(images + called, 1), np.nan)


def _resampled_f1(confusion: Numbers) -> NDArray[np.float64]:
    count, total = len(confusion), int(confusion.sum())
    rows, columns = np.nonzero(confusion)
    shares = confusion[rows, columns] / total
    generator = np.random.default_rng(0)
    drawn = []
    for _ in range(RESAMPLES):
        cells = generator.multinomial(total, shares)
        hits, images, called = (
            np.bincount(which, weights=weights, minlength=count)
            for which, weights in ((rows, cells * (rows == columns)), (rows, cells), (columns, cells))
        )
        drawn.append(_f1(hits, images, called))
    return np.array(drawn)


def scores_of(measured: Measured, classes: Sequence[int]) -> dict[str, dict[str, float | int]]:
    """Return top-1, top-5, balanced accuracy, macro F1 and macro AUC over some classes and their images.

    AUC and F1 of each class are against the images of all others, whichever of them are chosen.
    """
    of_these = np.isin(measured.label, classes)
    occurring = [index for index in classes if measured.confusion[index].sum()]
    scores = {
        "top1": proportion_interval(measured.right[of_these]),
        "top5": proportion_interval(measured.found[of_these]),
        "balanced_accuracy": mean_of_proportions_interval(*(recall(measured, index) for index in occurring)),
        "macro_f1": _mean_f1(measured, occurring),
        "macro_auc": mean_area(measured.areas, occurring),
    }
    return {name: score.as_dict() for name, score in scores.items()}


def recall(measured: Measured, index: int) -> Interval:
    """Return the share of a class's images that are called so."""
    return proportion_interval(measured.right[measured.label == index])


def _mean_f1(measured: Measured, classes: Sequence[int]) -> Interval:
    # A class of a few images may be missing in a drawn matrix, and is then left out of its mean as it is of ours.
    values = measured.resampled_f1[:, classes]
    counts = np.count_nonzero(~np.isnan(values), axis=1)
    low, high = np.quantile(np.nansum(values, axis=1)[counts > 0] / counts[counts > 0], [0.025, 0.975])
    images = int(measured.confusion[classes].sum())
    return Interval(float(measured.f1[classes].mean()), float(low), float(high), images)


def grouped(measured: Measured, kinds: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return `scores_of` the classes of each kind: by column, then by value, with their number of classes.

    Args:
        measured: What the part gives.
        kinds: By what classes are grouped, such as `modality`, the value of each class in their order.
    """
    result: dict[str, Any] = {}
    for kind, values in kinds.items():
        for value in dict.fromkeys(values):
            classes = [index for index, its in enumerate(values) if its == value]
            if measured.confusion[classes].any():
                result.setdefault(kind, {})[value] = {"classes": len(classes), **scores_of(measured, classes)}
    return result
