"""Contours that DDTI's XML holds, as masks: `386.xml#1.2` is the second contour on image 1 of case 386.

    <mark><image>1</image><svg>[{"points": [{"x": 251, "y": 79}, ...]}, ...]</svg></mark>

Points are columns and rows of `386_1.jpg` beside it, from the centre of its first pixel.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ...errors import MaskError

ENDINGS = (".jpg", ".jpeg", ".JPG", ".JPEG")
"""Of the images beside an XML."""

FEWEST_POINTS = 3
"""Different ones: two enclose nothing."""


class Contour(NamedTuple):
    """What is drawn on an image of a case.

    Attributes:
        name: Number of the image, and of the contour on it from 1; the image's alone where nothing can be read.
        points: float64 `(N, 2)`, column and row.
        size: Height and width of the image.
        fault: Why it is no mask; empty if it is one.
    """

    name: str
    points: NDArray[np.float64]
    size: tuple[int, int]
    fault: str


def file_of(path: Path) -> Path:
    """Return the file in which a mask lies: the XML of a contour, else the path itself."""
    name, mark, _ = path.name.rpartition("#")
    return path.with_name(name) if mark and name.lower().endswith(".xml") else path


def read(path: Path) -> NDArray[np.bool_]:
    """Return the contour `CASE.xml#IMAGE.NUMBER`, filled: bool `(H, W)`, rows first.

    Raises:
        MaskError: The XML cannot be read, or has no such contour that can be a mask.
    """
    file, name = file_of(path), path.name.rpartition("#")[2]
    try:
        found = {contour.name: contour for contour in contours_of(file)}.get(name)
    except (OSError, ElementTree.ParseError) as error:
        raise MaskError(f"mask {path}: {file.name} cannot be read: copy it again from its source") from error
    if found is None or found.fault:
        fault = found.fault if found else "it is not there"
        raise MaskError(f"mask {path}: a contour that is no mask ({fault}): prepare the data set again")
    return filled(found.points, found.size)


def contours_of(file: Path) -> list[Contour]:
    """Return the contours of a case's XML in its order, with what is wrong with them.

    Raises:
        OSError: It cannot be opened.
        ParseError: It is no XML.
    """
    found: list[Contour] = []
    numbers: Counter[str] = Counter()
    for mark in ElementTree.parse(file).iter("mark"):
        image = (mark.findtext("image") or "").strip()
        size = _size_beside(file, image)
        regions = _regions(mark.findtext("svg") or "")
        if regions is None:
            found.append(Contour(image, np.empty((0, 2)), size, "does not parse"))
        for points in regions or ():
            numbers[image] += 1
            found.append(Contour(f"{image}.{numbers[image]}", points, size, _fault(points, size)))
    return found


def _regions(svg: str) -> list[NDArray[np.float64]] | None:
    """Return the points of each region; None if the text is none of DDTI's."""
    if not svg.strip():
        return []
    try:
        return [_points(region["points"]) for region in json.loads(svg)]
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError):
        return None


def _points(points: Any) -> NDArray[np.float64]:
    found = np.array([(float(point["x"]), float(point["y"])) for point in points]).reshape(-1, 2)
    if not np.isfinite(found).all():
        raise ValueError("a point is a finite number of pixels")
    return found


def _fault(points: NDArray[np.float64], size: tuple[int, int]) -> str:
    if not size[0]:
        return "its image is not there"
    if len(np.unique(points, axis=0)) < FEWEST_POINTS:
        return f"fewer than {FEWEST_POINTS} points"
    inside = ((points >= 0) & (points < size[::-1])).all(axis=1)
    # A hand slips over the edge; where most points lie beyond it, they are of another picture, or another size of it.
    return "" if inside.mean() >= 0.5 else "outside its image"


def _size_beside(file: Path, image: str) -> tuple[int, int]:
    """Return height and width of an image of a case; (0, 0) where there is none that can be read."""
    for ending in ENDINGS:
        try:
            with Image.open(file.with_name(f"{file.stem}_{image}{ending}"), formats=("JPEG",)) as picture:
                return picture.height, picture.width
        except (FileNotFoundError, ValueError):
            continue
        except (OSError, SyntaxError, Image.DecompressionBombError):
            return 0, 0
    return 0, 0


def filled(points: NDArray[np.float64], size: tuple[int, int]) -> NDArray[np.bool_]:
    """Return a closed contour with all that it encloses, its line included: bool `(H, W)`.

    What a line goes round twice is inside: a hand that overruns its start, or crosses its own line, cuts no hole
    (rule of non-zero winding). Points beyond the image are moved to its edge.

    Args:
        points: `(N, 2)`, column and row, in pixels from the centre of the first.
        size: Height and width.
    """
    height, width = size
    points = np.clip(points, 0, (width - 1, height - 1))
    turns = np.zeros((height, width + 1), np.int32)
    for (x, y), (next_x, next_y) in zip(points, np.roll(points, -1, axis=0), strict=True):
        rows = np.arange(np.ceil(min(y, next_y)), np.ceil(max(y, next_y)), dtype=int)
        if len(rows):
            crossings = np.ceil(x + (rows - y) * (next_x - x) / (next_y - y)).astype(int)
            turns[rows, crossings] += 1 if next_y > y else -1
    line = Image.new("1", (width, height))
    nearest = np.rint(points).astype(int)  # Pillow would cut the fraction off
    ImageDraw.Draw(line).line([*map(tuple, nearest), tuple(nearest[0])], fill=1)
    return (np.cumsum(turns, axis=1)[:, :width] != 0) | np.asarray(line)
