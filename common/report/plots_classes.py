"""The figures of several classes or findings: a curve or panel for each, and which class is taken for which.

Arguments are those of the functions in `plots.py`. Of more than `MOST` classes the most frequent are shown.
"""

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..metrics import Predictions, apply_temperature, precision_recall_curve, reliability_curve
from ..statistics import Interval, roc_curve
from .plots import named, unit_square
from .plots_style import BLUE, COLOURS, GREY, ORANGE, page
from .scores import Scores

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = len(COLOURS)
"""Curves in one figure that can be told apart."""

WITH_LEGEND = (9.2, 5.4)
"""Inches of a square figure with a legend beside it."""

CELL, MARGINS = 0.62, (2.4, 2.0)
"""Inches of a cell of the confusion matrix, and of what stands beside and below the cells."""

MOST_IN_CELLS = 14
"""Classes up to which the counts are written into the cells, and the cells are of that size."""

PANEL = (2.3, 2.7)
"""Inches of a panel of one finding."""

NAME_LETTERS = 24
"""Letters of a class's name in a legend."""


def plot_rocs(path: str | Path, test: Predictions, scores: Scores, *, subtitle: str, synthetic: bool = False) -> None:
    """Draw the ROC curve of each class against the rest, or of each finding, with its AUC."""

    def draw(axes: "Axes", view: Predictions, **style: Any) -> None:
        axes.plot(*roc_curve(view.label, view.positive), **style)

    said: dict[str, Any] = {"subtitle": _shown_of(scores, subtitle), "synthetic": synthetic}
    with page(path, title="ROC curves", size=WITH_LEGEND, **said) as figure:
        axes = unit_square(figure.subplots(), x="1 - specificity", y="sensitivity")
        axes.plot([0, 1], [0, 1], color=GREY, linestyle=":", linewidth=1.2)
        _curves(axes, test, scores, key="auc", draw=draw)


def plot_precision_recalls(
    path: str | Path, test: Predictions, scores: Scores, *, subtitle: str, synthetic: bool = False
) -> None:
    """Draw precision against sensitivity for each class or finding, with its average precision and prevalence."""

    def draw(axes: "Axes", view: Predictions, **style: Any) -> None:
        recall, precision = precision_recall_curve(view.label, view.positive)
        axes.step([0.0, *recall], [precision[0], *precision], where="pre", **style)

    said: dict[str, Any] = {"subtitle": _shown_of(scores, subtitle), "synthetic": synthetic}
    with page(path, title="Precision and recall", size=WITH_LEGEND, **said) as figure:
        axes = unit_square(figure.subplots(), x="recall (sensitivity)", y="precision (positive predictive value)")
        _curves(axes, test, scores, key="average_precision", draw=draw)


def _curves(axes: "Axes", test: Predictions, scores: Scores, *, key: str, draw: Callable[..., None]) -> None:
    """Draw a curve for each class shown that has positives and negatives, and the legend that names its score."""
    title = {"auc": "AUC", "average_precision": "average precision"}[key]
    for (index, name), colour in zip(shown(scores), COLOURS, strict=False):
        of_class, view = scores["test"]["classes"][name], test.one_class(index).known()
        if of_class["positives"] and of_class["negatives"]:
            score = Interval(**of_class[key])
            chance = f", by chance {of_class['prevalence']['value']:.3f}" if key == "average_precision" else ""
            label = f"{_short(name)} ({of_class['positives']} positive)\n{score}{chance}"
            draw(axes, view, color=colour, label=label, linewidth=1.6)
    mean = named("mean of all", scores["test"][key])
    legend = axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1.0), borderaxespad=0, fontsize=8.5)
    legend.set_title(f"{title}\n{mean}")
    legend.get_title().set_fontsize(8.5)
    legend.set(alignment="left")


def plot_confusion(
    path: str | Path, test: Predictions, scores: Scores, *, subtitle: str, synthetic: bool = False
) -> None:
    """Draw which class (row) was called which (column): counts, coloured by their share of the row."""
    counts = np.array(scores["test"]["confusion"])
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    names = [_short(name) for name in test.class_names]
    side = CELL * min(max(len(names), 4), MOST_IN_CELLS)
    size = (side + MARGINS[0], side + MARGINS[1])
    with page(path, title="Confusion matrix", subtitle=subtitle, size=size, synthetic=synthetic) as figure:
        axes = figure.subplots()
        axes.grid(visible=False)
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        if len(names) <= MOST_IN_CELLS:
            for (row, column), count in np.ndenumerate(counts):
                colour = "white" if shares[row, column] > 0.55 else "black"
                axes.text(column, row, f"{count:,}", ha="center", va="center", color=colour, fontsize=9)
        font = 9 if len(names) <= MOST_IN_CELLS else 4
        axes.set_xticks(range(len(names)), names, rotation=90, fontsize=font)
        axes.set_yticks(range(len(names)), names, fontsize=font)
        axes.set(xlabel="called", ylabel="label")


def plot_reliabilities(
    path: str | Path, test: Predictions, scores: Scores, *, subtitle: str, synthetic: bool = False
) -> None:
    """Draw what came true against what was predicted, before and after its temperature, in a panel for each finding."""
    classes = shown(scores)
    columns = min(len(classes), 4)
    rows = -(-len(classes) // columns)
    size = (max(columns * PANEL[0], WITH_LEGEND[0] / 2), rows * PANEL[1] + 1.2)
    said: dict[str, Any] = {"subtitle": _shown_of(scores, subtitle), "synthetic": synthetic}
    with page(path, title="Reliability", size=size, **said) as figure:
        panels = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True).ravel()
        for axes in panels[len(classes) :]:
            axes.set_axis_off()
        for axes, (index, name) in zip(panels, classes, strict=False):
            temperature = scores["temperature"][index]
            _reliability_panel(axes, test.one_class(index).known(), temperature)
            axes.set_title(_reliability_title(name, scores["test"]["classes"][name], temperature), fontsize=7.5)
        for axes in panels[len(classes) - columns : len(classes)]:  # the lowest of each column
            axes.set_xlabel("predicted probability", fontsize=8)
            axes.tick_params(labelbottom=True)
        for axes in panels[::columns]:
            axes.set_ylabel("observed share of positives", fontsize=8)
        figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)


def _reliability_panel(axes: "Axes", view: Predictions, temperature: float) -> None:
    unit_square(axes, x="", y="").plot([0, 1], [0, 1], color=GREY, linestyle=":", linewidth=1.2)
    axes.tick_params(labelsize=8)
    after = apply_temperature(view.probabilities, temperature)[:, 1]
    lines: list[tuple[NDArray[Any], str, dict[str, Any]]] = [
        (view.positive, "as predicted", {"color": ORANGE, "marker": "s", "linestyle": "--"}),
        (after, "at the finding's temperature T", {"color": BLUE, "marker": "o", "linestyle": "-"}),
    ]
    for probabilities, label, style in lines:
        curve = reliability_curve(view.label, probabilities)
        filled = curve.count > 0
        axes.plot(curve.predicted[filled], curve.observed[filled], label=label, linewidth=1.4, ms=4, **style)


def _reliability_title(name: str, of_class: Scores, temperature: float) -> str:
    before, after = (Interval(**of_class[f"expected_calibration_error{its}"]) for its in ("", "_calibrated"))
    errors = f"ECE {before.bounds()}\nT = {temperature:.2f}: {after.bounds()}"
    return f"{_short(name)}\n{errors}\nn = {before.n}, {of_class['positives']} positive"


def shown(scores: Scores) -> list[tuple[int, str]]:
    """Return index and name of the most frequent classes, in the order of the configuration."""
    classes = scores["test"]["classes"]
    frequent = sorted(classes, key=lambda name: -classes[name]["positives"])[:MOST]
    return [(index, name) for index, name in enumerate(scores["class_names"]) if name in frequent]


def _shown_of(scores: Scores, subtitle: str) -> str:
    total = len(scores["class_names"])
    return subtitle if total <= MOST else f"{subtitle}; the {MOST} most frequent of {total} classes"


def _short(name: str) -> str:
    return textwrap.shorten(name, NAME_LETTERS, placeholder="…") if " " in name else name[:NAME_LETTERS]
