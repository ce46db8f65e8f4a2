"""The differences as a forest plot: one for all problems, one for each with its scenarios, folds and seeds."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..report.plots_style import BLUE, GREY, ORANGE, page
from ..statistics import Interval, auc_difference
from .compare import Comparison, Contrast

ROW = 0.26
"""Inches of a line of the plot."""

MOST_ROWS = 40
"""Lines of a plot; of more folds and seeds none is drawn, and `runs.csv` has them all."""


class Line(NamedTuple):
    """A line of the plot; the whole stands out."""

    name: str
    difference: Interval
    whole: bool


class Picture(NamedTuple):
    """A figure with what it shows."""

    path: Path
    caption: str


def plot_forests(found: Comparison, folder: Path) -> list[Picture]:
    """Draw the plots into `folder`, and return them in the order of reading; none without a contrast."""
    margin, problems = found.setup.plan.margin, found.setup.problems
    result = []
    if len(found.contrasts) > 1:
        whole = [Line(its.name, _whole(its), whole=True) for its in found.contrasts]
        path = folder / "all.png"
        synthetic = any(problems[its.bundle].synthetic for its in found.contrasts)
        _plot(path, whole, title="All comparisons", margin=margin, synthetic=synthetic)
        result.append(Picture(path, "AUC difference of each comparison with its 95 % interval"))
    for contrast in found.contrasts:
        path = folder / f"{contrast.bundle}_{contrast.first}.png"
        lines = _lines(contrast)
        _plot(path, lines, title=contrast.name, margin=margin, synthetic=problems[contrast.bundle].synthetic)
        single = len(lines) > 1 + len(contrast.scenarios)
        of_what = " and of each scenario" * bool(contrast.scenarios) + " and of each fold and seed" * single
        caption = f"AUC difference, {contrast.name}: of the whole{of_what}, with 95 % intervals"
        result.append(Picture(path, caption))
    return result


def _whole(contrast: Contrast) -> Interval:
    its = contrast.verdict
    return Interval(its.difference, its.low, its.high, its.images)


def _lines(contrast: Contrast) -> list[Line]:
    whole = Line("all folds and seeds", _whole(contrast), whole=True)
    tested = [Line(name, its, whole=False) for name, its in contrast.scenarios.items()]
    if len(contrast.pairs) + len(tested) >= MOST_ROWS:
        return [whole, *tested][:MOST_ROWS]
    parts = [
        Line(
            f"fold {its.fold}, seed {its.seed}",
            auc_difference(its.label, its.score_a, its.score_b, patients=its.patient).interval(),
            whole=False,
        )
        for its in sorted(contrast.pairs, key=lambda its: (its.fold, its.seed))
    ]
    return [whole, *tested, *parts]


def _plot(path: Path, lines: Sequence[Line], *, title: str, margin: float, synthetic: bool) -> None:
    subtitle = f"AUC difference with 95 % interval, patients clustered; grey: less than the margin of {margin:g}"
    size = (7.5, 1.3 + ROW * (len(lines) + 1))
    with page(path, title=title, subtitle=subtitle, size=size, synthetic=synthetic) as figure:
        axes = figure.subplots()
        axes.axvspan(-margin, margin, color=GREY, alpha=0.15, lw=0)
        axes.axvline(0, color=GREY, linewidth=1)
        for row, (_, its, whole) in enumerate(lines):
            colour = ORANGE if whole else BLUE
            axes.plot([its.low, its.high], [row, row], color=colour, linewidth=2.5 if whole else 1.5)
            axes.plot(its.value, row, "D" if whole else "o", color=colour, markersize=7 if whole else 4.5)
        axes.set(ylim=(len(lines) - 0.4, -0.6), yticks=range(len(lines)), xlabel="worse            better")
        axes.set_yticklabels([f"{name}  {its.value:+.3f}" for name, its, _ in lines])
        bounds = np.abs([[its.low, its.high, its.value, margin] for _, its, _ in lines])
        reach = float(np.nanmax(bounds)) * 1.05
        axes.set_xlim(-reach, reach)
        axes.grid(axis="y", visible=False)
