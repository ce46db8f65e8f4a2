"""The curve of Dice over thresholds: a map beside its baselines."""

from collections.abc import Mapping
from pathlib import Path

from ..report.plots_style import COLOURS, GREY, page
from ..statistics import Interval
from .baselines import ARMS
from .overlap import THRESHOLDS

SIZE = (6.4, 5.4)
"""Inches of the figure."""


def plot_curve(
    path: Path,
    curves: Mapping[str, Mapping[str, list[Interval]]],
    chosen: Mapping[str, float],
    *,
    subtitle: str,
    synthetic: bool,
) -> None:
    """Draw mean Dice at each threshold, a 95 % band around the map's, a dot where validation has put the threshold.

    Args:
        path: The PNG to write.
        curves: Of `curves`.
        chosen: The threshold of each arm.
        subtitle: Where it comes from.
        synthetic: Whether it comes from phantoms.
    """
    colours = dict(zip(ARMS, COLOURS, strict=False))
    n = curves["map"]["dice"][0].n
    with page(path, title="Dice over thresholds", subtitle=subtitle, size=SIZE, synthetic=synthetic) as figure:
        axes = figure.subplots()
        for arm, its in curves.items():
            values = [score.value for score in its["dice"]]
            axes.plot(THRESHOLDS, values, label=ARMS[arm], color=colours[arm], linewidth=2 if arm == "map" else 1.5)
            place = int(abs(THRESHOLDS - chosen[arm]).argmin())
            axes.plot(chosen[arm], values[place], "o", color=colours[arm], markeredgecolor="white", markersize=7)
        low, high = ([getattr(score, bound) for score in curves["map"]["dice"]] for bound in ("low", "high"))
        axes.fill_between(
            THRESHOLDS, low, high, color=colours["map"], alpha=0.18, lw=0, label="its 95 % band, pointwise"
        )
        axes.plot([], [], "o", color=GREY, label="threshold, from validation")
        axes.set(xlim=(-0.01, 1.01), ylim=(0, None), xlabel="threshold, of the map's maximum")
        axes.set_ylabel(f"mean Dice of {n} test images")
        figure.legend(loc="outside lower center", ncols=3)
