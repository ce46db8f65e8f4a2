"""The figures of a run, in the page itself."""

from collections.abc import Sequence
from pathlib import Path

from ...html import picture, size_of
from .parts import note, words

ERRORS = "errors"
"""The sheet of errors has a section of its own."""

CAPTIONS = {
    "roc": "Sensitivity against false positives of the test part",
    "precision_recall": "Precision against recall of the test part",
    "reliability": "What came true against what was predicted on the test part, before and after temperature scaling",
    "confusion": "Confusion matrix of the test part",
    "dice": "Dice of the test part's lesions: how often which, and against the lesion's size",
    "learning_curves": "Training and validation by epoch; the best epoch on validation was kept",
    ERRORS: "Test images that the network called wrongly, the most confident first, with their label and probability",
}
"""By the name of the file; a figure without one is called by its name."""

GROUPS = {
    "worst": "Of the lowest Dice",
    "median": "Of middling Dice",
    "best": "Of the highest Dice",
    "false_alarm": "Without a lesion, and yet something was predicted",
}
"""Overlays by what their files' names begin with, in their order; a number follows."""

WIDE = 1.4
"""A figure with a greater ratio of width to height has a row of its own, and scrolls by itself on a telephone."""


def figures_section(pictures: Sequence[Path]) -> str:
    """Return the figures side by side, in the order of `CAPTIONS` and `GROUPS`, then any others."""
    order = [*CAPTIONS, *GROUPS, *sorted(path.stem for path in pictures)]
    cards = [figure(path) for path in sorted(pictures, key=lambda path: order.index(_kind(path)))]
    return f'<div class="grid">{"".join(cards)}</div>' if cards else ""


def figure(path: Path, caption: str = "") -> str:
    """Return one figure on white, whatever the page's colours are, with its caption, by default of its kind."""
    caption = caption or {**CAPTIONS, **GROUPS}.get(_kind(path), words(path.stem).capitalize())
    content = path.read_bytes()
    width, height = size_of(content)
    wide = ' class="wide"' if path.stem == ERRORS or width > WIDE * height else ""
    image = f'<div class="card scroll">{picture(content, caption)}</div>'
    return f"<figure{wide}>{image}{note(caption, tag='figcaption')}</figure>"


def _kind(path: Path) -> str:
    """Return the name of a figure's file, of an overlay's without its number."""
    group, _, number = path.stem.rpartition("_")
    return group if group in GROUPS and number.isdecimal() else path.stem
