"""Attributes of one frame, wherever the file keeps them."""

import math
from collections.abc import Sequence

from pydicom import Dataset

from ....errors import ImageError


def macro(dataset: Dataset, index: int, sequence: str) -> Dataset:
    """Return what holds a functional group's attributes for a frame (PS3.3 C.7.6.16).

    The frame's own item of `sequence`, else the one shared by all frames, else the dataset, where single-frame objects
    keep the same attributes.
    """
    own = dataset.get("PerFrameFunctionalGroupsSequence") or []
    shared = dataset.get("SharedFunctionalGroupsSequence") or []
    for groups in (*own[index : index + 1], *shared[:1]):
        if items := groups.get(sequence):
            return items[0]
    return dataset


def numbers(item: Dataset, keyword: str) -> list[float]:
    """Return an attribute's values, empty if it is absent or empty.

    Raises:
        ImageError: One is infinite or no number.
    """
    value = item.get(keyword)
    if value in (None, ""):
        return []
    several = value if isinstance(value, Sequence) and not isinstance(value, (str, bytes)) else [value]
    found = [float(number) for number in several if number not in (None, "")]
    if not all(map(math.isfinite, found)):
        raise ImageError(f"{keyword} must be a finite number: export it again")
    return found
