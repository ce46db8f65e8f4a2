"""Label efficiency on the page: the curves, their table, and what they say."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..html import table
from ..report.page.parts import note
from ..report.plots_style import BLUE, GREY, ORANGE, page
from ..statistics import Interval
from .compare import Comparison
from .efficiency import Curve
from .forest import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

METHOD = (
    "Each seed draws its own order of the training patients, by a hash of both, and a size is the first part of it: "
    "smaller sets lie in larger ones. Validation and test parts stay whole, and so does what a training may take: a "
    "small set has as many epochs, of fewer steps. Points are mean AUCs within folds over folds and seeds, bands their "
    "95 % intervals by patient and seed, pointwise and not adjusted for their number. An initialisation pays where it "
    "gains more than the margin; the interval of n is where curve and band fall through the margin, straight over the "
    "logarithm of n between sizes."
)

SIZE = (7.5, 6.4)
"""Inches of a figure."""


def plot_curves(found: Comparison, folder: Path) -> list[Picture]:
    """Draw a figure for each curve into `folder`, and return them."""
    return [_picture(its, folder, synthetic=found.setup.problems[its.bundle].synthetic) for its in found.curves]


def _picture(its: Curve, folder: Path, *, synthetic: bool) -> Picture:
    path = folder / f"efficiency_{its.bundle}_{its.first}.png"
    title = f"{its.bundle}: AUC by training patients"
    with page(path, title=title, subtitle=its.sentence, size=SIZE, synthetic=synthetic) as drawn:
        upper, lower = drawn.subplots(2, 1, sharex=True, height_ratios=[3, 2])
        for name, areas, colour in zip((its.first, its.second), its.areas, (ORANGE, BLUE), strict=True):
            _band(upper, its.patients, areas, colour=colour, label=name)
        upper.set_ylabel(f"mean AUC of {its.areas[0][0].n} images")
        upper.legend(loc="lower right")
        margin = its.payoff.margin
        lower.axhspan(-margin, margin, color=GREY, alpha=0.15, lw=0)
        lower.axhline(0, color=GREY, linewidth=1)
        _band(lower, its.patients, its.differences, colour=ORANGE, label="")
        if its.payoff.patients == its.payoff.patients:  # NaN is not itself
            lower.axvline(its.payoff.patients, color=GREY, linestyle=":", linewidth=1.5)
        lower.set(ylabel="difference", xlabel="training patients (logarithmic)", xscale="log")
        ticks = [f"{number:.0f}\n{size} %" for number, size in zip(its.patients, its.sizes, strict=True)]
        lower.set_xticks(its.patients, ticks)
        lower.set_xticks([], minor=True)
    caption = f"{its.first} and {its.second} on {its.bundle}: AUC and difference by training patients, 95 % bands"
    return Picture(path, f"{caption}; grey: less than the margin of {margin:g}")


def _band(axes: "Axes", places: Sequence[float], values: Sequence[Interval], *, colour: str, label: str) -> None:
    axes.plot(places, [its.value for its in values], "o-", color=colour, markersize=5, label=label)
    axes.fill_between(places, [its.low for its in values], [its.high for its in values], color=colour, alpha=0.18, lw=0)


def efficiency_section(found: Comparison, drawn: str) -> str:
    """Return what the curves say, how they look (`drawn`), and their numbers; empty without any."""
    if not found.curves:
        return ""
    told = "".join(note(its.sentence) for its in found.curves)
    head = ("comparison", "share", "training patients", "AUC of the first", "of the second", "difference", "images")
    rows = [
        (
            escape(f"{its.bundle}: {its.first} against {its.second}"),
            f"{size} %",
            f"{number:.0f}",
            its.areas[0][place].bounds(),
            its.areas[1][place].bounds(),
            signed(its.differences[place]),
            its.differences[place].n,
        )
        for its in found.curves
        for place, (size, number) in enumerate(zip(its.sizes, its.patients, strict=True))
    ]
    return told + drawn + table(head, rows) + note(METHOD, "methods")


def signed(its: Interval) -> str:
    """Return a difference with its interval, signs written out."""
    return f"{its.value:+.3f} [{its.low:+.3f}, {its.high:+.3f}]"


def efficiency_json(found: Comparison) -> list[dict[str, Any]]:
    """Return the curves, ready for JSON."""
    return [
        {
            "bundle": its.bundle,
            "first": its.first,
            "second": its.second,
            "sentence": its.sentence,
            "payoff": its.payoff.as_dict(),
            "sizes": [
                {
                    "percent": size,
                    "training_patients": its.patients[place],
                    "auc_first": its.areas[0][place].as_dict(),
                    "auc_second": its.areas[1][place].as_dict(),
                    "difference": its.differences[place].as_dict(),
                }
                for place, size in enumerate(its.sizes)
            ],
        }
        for its in found.curves
    ]


def efficiency_rows(found: Comparison) -> list[dict[str, Any]]:
    """Return a line of single values for each curve and size, for a spreadsheet."""
    return [
        {**{key: curve[key] for key in ("bundle", "first", "second")}, **_flat(size)}
        for curve in efficiency_json(found)
        for size in curve["sizes"]
    ]


def _flat(told: dict[str, Any]) -> dict[str, Any]:
    """Return a value and its bounds in columns of their own."""
    pairs = ((name, its if isinstance(its, dict) else {"": its}) for name, its in told.items())
    return {f"{name}_{key}".rstrip("_"): value for name, its in pairs for key, value in its.items()}
