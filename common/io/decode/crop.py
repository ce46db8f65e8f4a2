"""The part of an image that an index asks for: the column `crop`."""

import re
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...errors import ImageError
from . import MINIMUM_SIDE
from .decoded import Decoded


class Box(NamedTuple):
    """Rows `top` to `bottom` and columns `left` to `right`, in pixels from 0; the last two are one beyond the box."""

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        """Return the box as the column `crop` holds it: `top left bottom right`."""
        return " ".join(map(str, self))


def box_of(text: str) -> Box | None:
    """Return the box in a column `crop`, four integers between blanks, commas or semicolons; None where it is empty.

    Raises:
        ImageError: It is anything else, or a box without pixels.
    """
    numbers = re.split(r"[\s,;]+", text.strip(" \t,;[]()"))
    if numbers == [""]:
        return None
    if len(numbers) != 4 or not all(re.fullmatch(r"\d{1,6}", number) for number in numbers):
        raise ImageError(
            f"a crop is four pixel counts, top left bottom right; got {text!r}: correct it or leave it empty"
        )
    box = Box(*map(int, numbers))
    if min(box.bottom - box.top, box.right - box.left) < MINIMUM_SIDE:
        raise ImageError(
            f"a crop has at least {MINIMUM_SIDE} x {MINIMUM_SIDE} pixels; got top left bottom right = {box}"
        )
    return box


def cropped(image: Decoded, crop: str, path: str | Path) -> Decoded:
    """Return the image inside a box, with the affine of its own first pixel; the image itself where `crop` is empty.

    Args:
        image: What was decoded.
        crop: The column `crop` of its row.
        path: Its file, for the message.

    Raises:
        ImageError: The box is no box, or reaches beyond the image.
    """
    box = box_of(crop)
    if box is None:
        return image
    height, width = image.pixels.shape
    if box.bottom > height or box.right > width:
        size = f"{height} x {width} (rows, columns)"
        raise ImageError(f"{path}: a crop lies inside its image of {size}; top left bottom right = {box}: correct it")
    shift = np.eye(4)
    shift[:2, 3] = box.top, box.left
    affine = None if image.affine is None else image.affine @ shift
    return image._replace(pixels=image.pixels[box.top : box.bottom, box.left : box.right], affine=affine)
