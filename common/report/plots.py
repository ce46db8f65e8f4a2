"""The figures of a run, one function each: discrimination, calibration, training, and what went wrong.

Each writes one PNG atomically. `scores` is what `scores_of` returned: a figure says what `metrics.json` says;
`subtitle` tells the reader where the figure comes from; `synthetic` marks it as made from phantoms. Figures with a
curve for each of several classes are in `plots_classes.py`.
"""

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..metrics import Predictions, ReliabilityCurve, apply_temperature, precision_recall_curve, reliability_curve
from ..statistics import Interval, roc_band, roc_curve
from .plots_style import BLUE, GREEN, GREY, ORANGE, page
from .scores import CLUSTERED, Scores

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SQUARE = (5.0, 5.4)
"""Inches of a figure with one curve; the heading takes what is more than square."""

OPERATING_POINTS = {"youden": ("Youden", "o"), "sensitivity_95": ("95 % sensitivity", "s")}
"""Name and marker of each threshold in `binary_scores`."""

ERROR_COLUMNS, ERROR_CELL = 4, (1.9, 2.3)
"""Images in a row of the sheet of errors; width and height in inches of an image with its caption."""

CAPTION_LETTERS = 26
"""Letters in a line of a caption, at 8 points in a cell's width."""


def plot_roc(path: str | Path, test: Predictions, scores: Scores, *, subtitle: str, synthetic: bool = False) -> None:
    """Draw the ROC curve with the AUC, a 95 % band, and the operating points that were chosen on validation.

    The band is pointwise: the bootstrap over patients, read vertically (`common.statistics.roc_band`).
    """
    test = test.known()
    with page(path, title="ROC curve", subtitle=subtitle, size=SQUARE, synthetic=synthetic) as figure:
        axes = unit_square(figure.subplots(), x="1 - specificity", y="sensitivity")
        axes.plot([0, 1], [0, 1], color=GREY, linestyle=":", linewidth=1.2)
        if len(np.unique(test.label)) == 2:
            band = roc_band(test.label, test.positive, patients=test.patient)
            unit = "patients" if scores["level"] == CLUSTERED else "images"
            label = f"95 % band, pointwise (bootstrap of {unit})"
            axes.fill_between(band.false_positive, band.low, band.high, color=BLUE, alpha=0.18, lw=0, label=label)
            axes.plot(*roc_curve(test.label, test.positive), color=BLUE, label=named("AUC", scores["test"]["auc"]))
        for key, (name, marker) in OPERATING_POINTS.items():
            at = scores["test"][key]
            x, y = 1 - at["specificity"]["value"], at["sensitivity"]["value"]
            label = f"{name}: p ≥ {scores['thresholds'][key]:.3g}, from validation"
            axes.plot(x, y, marker, color=ORANGE, markersize=7, markeredgecolor="white", label=label, linestyle="none")
        axes.legend(loc="lower right")


def plot_precision_recall(
    path: str | Path, test: Predictions, scores: Scores, *, subtitle: str, synthetic: bool = False
) -> None:
    """Draw precision against sensitivity, with the average precision, above the line of the prevalence."""
    test = test.known()
    with page(path, title="Precision and recall", subtitle=subtitle, size=SQUARE, synthetic=synthetic) as figure:
        axes = unit_square(figure.subplots(), x="recall (sensitivity)", y="precision (positive predictive value)")
        if (test.label == 1).any():
            recall, precision = precision_recall_curve(test.label, test.positive)
            label = named("average precision", scores["test"]["average_precision"])
            # "pre": average precision sums the precision at the end of each step of recall.
            axes.step([0.0, *recall], [precision[0], *precision], where="pre", color=BLUE, label=label)
        prevalence = np.mean(test.label == 1)
        label = f"prevalence {prevalence:.3f}: by chance"
        axes.axhline(prevalence, color=ORANGE, linestyle="--", linewidth=1.5, label=label)
        axes.legend(loc="lower left")


def plot_reliability(
    path: str | Path, test: Predictions, scores: Scores, *, subtitle: str, synthetic: bool = False
) -> None:
    """Draw what came true against what was predicted, before and after the temperature, and the images per bin.

    Of two classes it is the positive one that came true; of several, the one that was called (Guo et al., ICML 2017).
    """
    test = test.known()
    temperature = scores["temperature"]
    after = apply_temperature(test.probabilities, temperature)
    binary = "positive_class" in scores
    variants = [
        ("as predicted", "", _reliability(test.label, test.probabilities, binary=binary), (ORANGE, "--", "s")),
        (f"T = {temperature:.2f}", "_calibrated", _reliability(test.label, after, binary=binary), (BLUE, "-", "o")),
    ]
    observed = "observed share of positives" if binary else "share of right calls"
    width, height = SQUARE
    size = (width, height + 1)
    with page(path, title="Reliability", subtitle=subtitle, size=size, synthetic=synthetic) as figure:
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[4, 1])
        unit_square(upper, x="", y=observed).set_aspect("auto")  # as wide as the panel below
        upper.plot([0, 1], [0, 1], color=GREY, linestyle=":", linewidth=1.2)
        for name, suffix, curve, (colour, dashes, marker) in variants:
            style = {"color": colour, "linestyle": dashes}
            filled = curve.count > 0
            label = f"{name}: " + named("ECE", scores["test"][f"expected_calibration_error{suffix}"])
            upper.plot(curve.predicted[filled], curve.observed[filled], marker=marker, ms=5, label=label, **style)
            edges = np.linspace(0, 1, len(curve.count) + 1)
            lower.stairs(curve.count, edges, linewidth=1.5, **style)
        upper.legend(loc="upper left")
        lower.set(xlabel="predicted probability" if binary else "probability of the class called", ylabel="images")


def _reliability(labels: NDArray[np.int64], probabilities: NDArray[Any], *, binary: bool) -> ReliabilityCurve:
    if binary:
        return reliability_curve(labels, probabilities[:, -1])
    return reliability_curve(probabilities.argmax(axis=1) == labels, probabilities.max(axis=1))


def plot_learning_curves(
    path: str | Path,
    epochs: Sequence[Mapping[str, float | None]],
    *,
    subtitle: str,
    metric: str = "AUC",
    key: str = "val_auc",
    loss: str = "cross-entropy",
    synthetic: bool = False,
) -> None:
    """Draw losses and a validation score over the epochs, with the best epoch marked: the first of the highest score.

    Args:
        path: The file to write.
        epochs: One `{"epoch", "train_loss", "val_loss", key}` per epoch; what was not measured is NaN, None or left
            out.
        subtitle: Where it comes from.
        metric: What the score is.
        key: What it is called.
        loss: What the loss is.
        synthetic: Whether it comes from phantoms.
    """
    number, train_loss, val_loss, val_score = (
        np.array([epoch.get(name) for epoch in epochs], dtype=np.float64)  # None becomes NaN
        for name in ("epoch", "train_loss", "val_loss", key)
    )
    measured = np.flatnonzero(~np.isnan(val_score))
    with page(path, title="Learning curves", subtitle=subtitle, size=(8.0, 4.2), synthetic=synthetic) as figure:
        left, right = figure.subplots(1, 2, sharex=True)
        left.plot(number, train_loss, ".--", color=ORANGE, label="training")
        left.plot(number[measured], val_loss[measured], ".-", color=BLUE, label="validation")
        left.set(ylabel=f"{loss} loss", ylim=(0, None), xlim=(number.min() - 0.5, number.max() + 0.5))
        right.plot(number[measured], val_score[measured], ".-", color=BLUE, label="validation")
        right.set(ylabel=f"{metric}\n(best epoch chosen on it)", ylim=(min(0.5, *val_score[measured], 1) - 0.01, 1.01))
        if measured.size:
            best = measured[np.argmax(val_score[measured])]
            right.plot(number[best], val_score[best], "*", color=GREEN, markersize=13, markeredgecolor="white")
            for axes in (left, right):
                axes.axvline(
                    number[best], color=GREEN, linestyle=":", linewidth=1.5, label=f"best: epoch {number[best]:g}"
                )
        for axes in (left, right):
            axes.xaxis.get_major_locator().set_params(integer=True)
            axes.set_xlabel("epoch")
            axes.legend()


def plot_errors(
    path: str | Path, errors: Sequence[tuple[NDArray[Any], str]], *, subtitle: str, synthetic: bool = False
) -> None:
    """Draw a sheet of images with their captions: the errors that the network was most certain of.

    Args:
        path: The file to write.
        errors: Images `(H, W)` in [0, 1], rows first, with their captions, in the order to show; may be empty. Long
            lines of a caption are broken.
        subtitle: Where it comes from.
        synthetic: Whether it comes from phantoms.
    """
    rows = max(1, -(-len(errors) // ERROR_COLUMNS))
    size = (ERROR_COLUMNS * ERROR_CELL[0], rows * ERROR_CELL[1] + 0.6)
    with page(path, title="Most confident errors", subtitle=subtitle, size=size, synthetic=synthetic) as figure:
        cells = figure.subplots(rows, ERROR_COLUMNS, squeeze=False).ravel()
        for axes in cells:
            axes.set_axis_off()
        for axes, (image, caption) in zip(cells, errors, strict=False):
            axes.imshow(image, cmap="gray", vmin=0, vmax=1)
            lines = [part for line in caption.splitlines() for part in textwrap.wrap(line, CAPTION_LETTERS)]
            axes.set_title("\n".join(lines), fontsize=8, y=0, pad=-4, va="top")
            axes.set_anchor("S")  # captions of a row stand on one line
        if not errors:
            figure.text(0.5, 0.4, "no image was misclassified", ha="center", color=GREY)


def unit_square(axes: "Axes", *, x: str, y: str) -> "Axes":
    """Return the axes with both sides from 0 to 1."""
    axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal", xlabel=x, ylabel=y)
    return axes


def named(name: str, score: Mapping[str, Any]) -> str:
    """Return a score with its name, for a legend."""
    return f"{name} {Interval(**score)}"
