"""What all figures share: paper, colours, heading, and how they are written."""

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ..files import write_atomically

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#6E6E6E"
"""Colours that the colour-blind tell apart: Okabe and Ito, Color Universal Design (2008), and a grey."""

SKY = "#56B4E9"
"""Of the same palette: a blue that stands out on the black of an image."""

COLOURS = (BLUE, ORANGE, GREEN, "#CC79A7", "#E69F00", SKY, "#000000", GREY)
"""Of the classes of a figure, in their order: the rest of the same palette, the strongest first."""

SYNTHETIC = "SYNTHETIC (phantoms)"
"""What stands on every figure that does not come from patients."""

DOTS_PER_INCH = 150
"""A figure of 5 inches is 750 pixels wide: sharp on a page, and still legible at a third of that."""

STYLE = {
    "font.size": 10.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E4E4E4",
    "grid.linewidth": 0.8,
    "legend.fontsize": 9,
    "legend.frameon": True,
    "legend.framealpha": 0.9,
    "legend.edgecolor": "none",
    "lines.linewidth": 2,
}

MARGIN, TITLE, LINE = 0.1, 0.3, 0.18
"""Inches around the heading, for its title, and for each line of its subtitle."""

LETTERS_PER_INCH = 13
"""How many letters of the subtitle fit into an inch, at 9 points."""


@contextmanager
def page(
    path: str | Path, *, title: str, subtitle: str, size: tuple[float, float], synthetic: bool
) -> "Iterator[Figure]":
    """Yield an empty figure below a heading; on leaving it is written to `path` as PNG, atomically.

    Args:
        path: The file to write.
        title: What is shown.
        subtitle: Where it comes from: data, fold, source of the weights; wrapped to the width.
        size: Width and height in inches.
        synthetic: Whether to mark the figure as made from phantoms.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    width, height = size
    lines = textwrap.wrap(subtitle, int(width * LETTERS_PER_INCH))
    heading = MARGIN + TITLE + LINE * len(lines)
    left, top = MARGIN / width, 1 - MARGIN / height
    with rc_context(STYLE):
        layout = ConstrainedLayoutEngine(rect=(0, 0, 1 - left / 2, 1 - heading / height))
        figure = Figure(size, dpi=DOTS_PER_INCH, layout=layout)
        figure.text(left, top, title, va="top", fontsize=13, fontweight="bold")
        figure.text(left, top - TITLE / height, "\n".join(lines), va="top", fontsize=9, color=GREY)
        if synthetic:
            badge = {"boxstyle": "square,pad=0.35", "facecolor": ORANGE, "edgecolor": "none"}
            corner = figure.text(1 - 1.5 * left, top - 0.03 / height, SYNTHETIC, va="top", ha="right", bbox=badge)
            corner.set(fontsize=9, fontweight="bold", color="white")
        yield figure
        write_atomically(path, lambda file: figure.savefig(file, format="png"))
