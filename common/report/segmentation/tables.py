"""`images.csv` and `lesions.csv`: what was measured of each image and of each lesion."""

from collections.abc import Iterable, Sequence
from math import isnan
from typing import TYPE_CHECKING, Any

from ..decisions import Columns
from ..tables import place_columns
from .measure import Fit, Image

if TYPE_CHECKING:
    from ...handlers import CollectMasks


def image_rows(collected: "CollectMasks", images: Sequence[Image], card: dict[str, Any], *, part: str) -> Columns:
    """Return a row per image: where it stands, its lesions, how their union was covered, and false alarms."""
    highest = [float(collected.probability(image.row).max()) for image in images]
    return {
        **place_columns(collected.items, card, part=part),
        "lesions": [str(len(image.lesions)) for image in images],
        **_fit_columns(image.fit for image in images),
        "false_alarms": [str(image.false_alarms) for image in images],
        "max_probability": [f"{value:.4f}" for value in highest],
    }


def lesion_rows(collected: "CollectMasks", images: Sequence[Image], card: dict[str, Any], *, part: str) -> Columns:
    """Return a row per lesion: that of its image, its number there, and how it was covered."""
    places = place_columns(collected.items, card, part=part)
    each = [(image, number) for image in images for number in range(len(image.lesions))]
    return {
        **{name: [column[image.row] for image, _ in each] for name, column in places.items()},
        "lesion": [str(number + 1) for _, number in each],
        **_fit_columns(image.lesions[number] for image, number in each),
    }


def _fit_columns(fits: Iterable[Fit]) -> Columns:
    rows = list(fits)
    return {name: [_text(getattr(fit, name)) for fit in rows] for name in Fit._fields}


def _text(value: float) -> str:
    """Return a number; nothing where it is not defined."""
    if isinstance(value, int):
        return str(value)
    return "" if isnan(value) else f"{value:.4f}"
