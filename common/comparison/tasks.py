"""Small against large sets: each task's difference against its number of patients, the paper's second claim."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..html import table
from ..report.page.parts import note
from ..report.plots_style import BLUE, GREY, ORANGE, page
from ..statistics import Difference, initialisation_difference
from ..statistics.meta import FEWEST_TASKS, MetaRegression, meta_regression
from .compare import Comparison
from .efficiency_page import signed
from .forest import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

METHOD = (
    "Each task's AUC difference against the logarithm of its patients; random-effects meta-regression, variance "
    "between tasks by REML (Viechtbauer 2005), interval and p of the slope by Knapp and Hartung (2003). tau is the "
    "standard deviation of true differences about the line, I2 its share of all variance; the prediction interval is "
    "that of the true difference in another task. Tasks are taken as independent; they are no random sample."
)


@dataclass(frozen=True, kw_only=True)
class Tasks:
    """One initialisation against the reference on several problems.

    Attributes:
        first: The initialisation.
        second: The reference.
        bundles: Problems with a verdict.
        patients: Of each.
        differences: Of each, first less second.
        line: Through them; None below `FEWEST_TASKS`, where all have as many patients, or one an error of 0.
    """

    first: str
    second: str
    bundles: Sequence[str]
    patients: Sequence[int]
    differences: Sequence[Difference]
    line: MetaRegression | None

    @property
    def sentence(self) -> str:
        """What it says, in words."""
        names = f"{self.first} against {self.second}"
        if self.line is None:
            return (
                f"{names} on {len(self.bundles)} tasks: described only, since a regression on their number of patients "
                f"takes {FEWEST_TASKS} tasks of different numbers"
            )
        its = self.line
        grows = "can be told to change" if its.p < 0.05 else "cannot be told to change"
        return (
            f"{names}: the difference {grows} with the number of patients: {signed(its.slope)} AUC for ten times as "
            f"many, p = {its.p:.2g}, {its.tasks} tasks, tau = {its.tau2**0.5:.3f}, I2 = {its.i2:.0%}"
        )

    def predicted(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield for the smallest, a middle and the largest number of patients what to expect of another task."""
        if self.line is not None:
            for patients in np.quantile(self.patients, [0, 0.5, 1], method="nearest").tolist():
                yield patients, self.line.at(np.log10(patients), of_another_task=True).as_dict()


def tasks(found: Comparison) -> list[Tasks]:
    """Return an initialisation's differences over tasks, for each; none where fewer than two have a verdict."""
    result = []
    for first in found.setup.plan.compared:
        own = [its for its in found.contrasts if its.first == first and its.verdict.reason is None]
        if len(own) < 2:
            continue
        differences = [initialisation_difference(its.pairs).difference for its in own]
        patients = [its.verdict.patients for its in own]
        values, errors = [its.value for its in differences], [its.error for its in differences]
        enough = len(own) >= FEWEST_TASKS and len(set(patients)) > 1 and min(errors) > 0
        result.append(
            Tasks(
                first=first,
                second=found.setup.plan.reference,
                bundles=[its.bundle for its in own],
                patients=patients,
                differences=differences,
                line=meta_regression(values, errors, np.log10(patients)) if enough else None,
            )
        )
    return result


def tasks_json(every: Sequence[Tasks]) -> list[dict[str, Any]]:
    """Return them, ready for JSON."""
    return [
        {
            "first": its.first,
            "second": its.second,
            "sentence": its.sentence,
            "tasks": [
                {"bundle": bundle, "patients": patients, "difference": difference.interval().as_dict()}
                for bundle, patients, difference in zip(its.bundles, its.patients, its.differences, strict=True)
            ],
            "regression": its.line
            and {
                "slope_per_tenfold": its.line.slope.as_dict(),
                "p": its.line.p,
                "tau2": its.line.tau2,
                "i2": its.line.i2,
                "prediction": [{"patients": patients, **told} for patients, told in its.predicted()],
            },
        }
        for its in every
    ]


def plot_tasks(every: Sequence[Tasks], folder: Path, *, synthetic: bool) -> list[Picture]:
    """Draw a figure for each into `folder`, and return them."""
    result = []
    for its in every:
        path = folder / f"tasks_{its.first}.png"
        title = f"{its.first} against {its.second}"
        with page(path, title=title, subtitle=its.sentence, size=(7.5, 4.6), synthetic=synthetic) as drawn:
            axes = drawn.subplots()
            axes.axhline(0, color=GREY, linewidth=1)
            if its.line is not None:
                _draw_line(axes, its, its.line)
            for bundle, patients, difference in zip(its.bundles, its.patients, its.differences, strict=True):
                whole = difference.interval()
                axes.plot([patients, patients], [whole.low, whole.high], color=BLUE, linewidth=1.5)
                axes.plot(patients, whole.value, "o", color=BLUE, markersize=5)
                axes.annotate(f" {bundle}", (patients, whole.value), fontsize=8)
            axes.set(xscale="log", xlabel="patients (logarithmic)", ylabel="AUC difference")
            axes.margins(x=0.15)
        result.append(Picture(path, f"{title}: AUC difference of each task against its number of patients"))
    return result


def _draw_line(axes: "Axes", its: Tasks, line: MetaRegression) -> None:
    places = np.geomspace(min(its.patients), max(its.patients), 50)
    mean, another = ([line.at(x, of_another_task=which) for x in np.log10(places)] for which in (False, True))
    axes.plot(places, [one.value for one in mean], color=ORANGE, label="line")
    for bounds, alpha, name in ((mean, 0.25, "its 95 % band"), (another, 0.1, "95 % of other tasks")):
        low, high = [one.low for one in bounds], [one.high for one in bounds]
        axes.fill_between(places, low, high, color=ORANGE, alpha=alpha, lw=0, label=name)
    axes.legend(loc="best")


def tasks_section(found: Comparison, every: Sequence[Tasks], drawn: str) -> str:
    """Return what they say, how they look (`drawn`), and their numbers; empty without any."""
    if not every:
        return ""
    rows = [
        (escape(f"{its.first} against {its.second}"), escape(bundle), patients, signed(difference.interval()))
        for its in every
        for bundle, patients, difference in zip(its.bundles, its.patients, its.differences, strict=True)
    ]
    told = "".join(note(f"{its.sentence}.") for its in every)
    expected = "".join(
        note(
            f"Of another task with {patients:,} patients, {its.first} against {its.second}, 95 % to be expected in "
            f"{value['low']:+.3f} to {value['high']:+.3f} AUC."
        )
        for its in every
        for patients, value in its.predicted()
    )
    listed = table(("comparison", "task", "patients", "difference [95 %]"), rows)
    return f"{told}{expected}{drawn}{listed}{_shared(found)}{note(METHOD, 'methods')}"


def _shared(found: Comparison) -> str:
    """Return which tasks are not independent, since they are tested on the same images."""
    tested = {bundle: frozenset().union(*its.tested.values()) for bundle, its in found.setup.problems.items()}
    return "".join(
        note(f"{one} and {other} share {len(tested[one] & tested[other]):,} tested images: they are not independent.")
        for one, other in combinations(tested, 2)
        if tested[one] & tested[other]
    )
