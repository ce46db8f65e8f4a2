"""Which images each line of a table is about: by path, file name, or an id of the DICOM header, found automatically."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ...errors import DatasetError
from ..names import Names
from .headers import IDS
from .images import Found
from .sheet import Sheet

Find = Callable[[str], list[int]]
"""From what a table calls an image to the positions of the images that are meant."""


_BY_FILE = "file name"


class Join(NamedTuple):
    """How lines and images belong together."""

    how: str
    """For people: `file name in the column 'image'`."""
    column: str
    images: dict[int, list[int]]
    """From the position of a line to those of its images; lines without one are missing."""


def join(sheet: Sheet, found: Sequence[Found], column: str = "") -> Join:
    """Return how lines name images: by file, else by the id nearest to a single image that serves most lines.

    Args:
        sheet: The table.
        found: The images.
        column: The column that names them; empty to try all.

    Raises:
        DatasetError: No such column, not one line names an image, or a name fits files in several places.
    """
    columns = [sheet.column(column)] if column else list(dict.fromkeys(sheet.columns))
    ways = [
        Join(f"{how} in the column {name!r}", name, _joined(sheet, name, find))
        for how, find in _ways(found)
        for name in columns
    ]
    most = max(len(way.images) for way in ways)
    if not most:
        raise DatasetError(_nothing(sheet, found, columns))
    # Not simply the most: a patient's id may stand in every line, where a few images have no file.
    chosen = next(way for way in ways if len(way.images) > most / 2)
    if chosen.how.startswith(_BY_FILE):
        _refuse_ambiguous(sheet, found, chosen)
    return chosen


def _ways(found: Sequence[Found]) -> list[tuple[str, Find]]:
    positions: dict[str, list[int]] = defaultdict(list)
    for position, its in enumerate(found):
        positions[its.row["image"]].append(position)
    exact, loose = Names(positions), Names(positions, endings=False)

    def by_file(value: str) -> list[int]:
        paths = exact.ending_with(value) or loose.ending_with(value)
        return [position for path in paths for position in positions[path]]

    return [(_BY_FILE, by_file), *((keyword, _by_id(found, keyword)) for keyword in IDS)]


def _by_id(found: Sequence[Found], keyword: str) -> Find:
    holders: dict[str, list[int]] = defaultdict(list)
    for position, its in enumerate(found):
        if keyword in its.ids:
            holders[its.ids[keyword]].append(position)
    return lambda value: holders.get(value, [])


def _joined(sheet: Sheet, column: str, find: Find) -> dict[int, list[int]]:
    """Return the images of each line, once folders that all lines share are taken off, such as `C:/export`."""
    values = [line.cells[column].replace("\\", "/") for line in sheet.lines]
    common = _shared_folders([value for value in values if value])
    candidates = {position: find(value) or find(value[common:]) for position, value in enumerate(values) if value}
    return {position: images for position, images in candidates.items() if images}


def _shared_folders(values: Sequence[str]) -> int:
    """Return the length of the folders, with their last `/`, that begin all values."""
    if not values:
        return 0
    low, high = min(values), max(values)
    length = next((place for place, pair in enumerate(zip(low, high, strict=False)) if pair[0] != pair[1]), len(low))
    return low[:length].rfind("/") + 1


def _refuse_ambiguous(sheet: Sheet, found: Sequence[Found], join: Join) -> None:
    for line, positions in join.images.items():
        files = sorted({found[position].row["image"] for position in positions})
        if len(files) > 1:
            value = sheet.lines[line].cells[join.column]
            where = f"line {sheet.lines[line].number} of {sheet.path}"
            raise DatasetError(
                f"{where} names {value!r}, which is {files[0]} and {files[1]}: "
                f"write the path below the folder of images into {join.column!r}, or remove one"
            )


def _nothing(sheet: Sheet, found: Sequence[Found], columns: Sequence[str]) -> str:
    where = f"the column {columns[0]!r}" if len(columns) == 1 else "any column"
    line, ids = sheet.lines[0], f", {', '.join(IDS)}" if any(its.ids for its in found) else ""
    return (
        f"not one line of {sheet.path} names an image in {where}: line {line.number} has {line.cells[columns[0]]!r}, "
        f"a file is {found[0].row['image']!r}; give the column of paths or file names{ids}: --image COL"
    )
