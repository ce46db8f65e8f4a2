"""The images that a network called wrongly, those it was most certain of first."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ..metrics import Predictions
from .scores import Scores

COUNT = 12
"""Errors on the sheet: three rows."""


class Mistake(NamedTuple):
    """One wrong call: the row of its image, what to say of it, and how certain it was, in [0, 1]."""

    row: int
    said: str
    confidence: float


def mistakes(test: Predictions, scores: Scores) -> list[Mistake]:
    """Return the most confident wrong calls, at most `COUNT`.

    Of two classes, and of each finding, at Youden's threshold, so an image may occur for several findings; of several
    classes, where the likeliest is the wrong one.

    Args:
        test: Predictions of the test part.
        scores: Of `scores_of`.
    """
    if test.multilabel:
        found = _of_findings(test, scores["thresholds"])
    elif "positive_class" in scores:
        found = _of_two_classes(test, scores["thresholds"]["youden"])
    else:
        found = _of_classes(test)
    return sorted(found, key=lambda mistake: -mistake.confidence)[:COUNT]


def _of_two_classes(test: Predictions, threshold: float) -> Iterator[Mistake]:
    for row, confidence in _wrong(test, threshold):
        yield Mistake(row, f"{test.class_names[test.label[row]]}, p = {test.positive[row]:.2f}", confidence)


def _of_classes(test: Predictions) -> Iterator[Mistake]:
    called, highest = test.probabilities.argmax(axis=1), test.probabilities.max(axis=1)
    for row in np.flatnonzero((test.label >= 0) & (called != test.label)).tolist():
        names = test.class_names[test.label[row]], test.class_names[called[row]]
        yield Mistake(row, f"{names[0]}, called {names[1]}, p = {highest[row]:.2f}", float(highest[row]))


def _of_findings(test: Predictions, thresholds: dict[str, dict[str, float]]) -> Iterator[Mistake]:
    for index, name in enumerate(test.class_names):
        view = test.one_class(index)
        for row, confidence in _wrong(view, thresholds[name]["youden"]):
            kind = "missed" if view.label[row] else "false alarm"
            yield Mistake(row, f"{name} {kind}, p = {view.positive[row]:.2f}", confidence)


def _wrong(test: Predictions, threshold: float) -> Iterator[tuple[int, float]]:
    """Yield the wrongly called images of two classes, each with its confidence.

    That is the distance from the threshold as a share of the way to 0 or 1: under a low threshold a missed lesion is
    close to it in any case, and would never be shown beside false alarms.
    """
    probability = test.positive.astype(np.float64)
    called = probability >= threshold
    way = np.maximum(np.where(called, 1 - threshold, threshold), np.finfo(np.float64).tiny)
    wrong = np.flatnonzero((test.label >= 0) & (called != (test.label == 1)))
    confidence = np.abs(probability - threshold) / way
    return zip(wrong.tolist(), confidence[wrong].tolist(), strict=True)
