"""What the reader makes of a folder of DICOM files, as a table."""

from pathlib import Path
from typing import NamedTuple

from common.errors import ImageError
from common.io.decode.dicom import read


class Row(NamedTuple):
    """A file, and what its first frame gave, or the refusal."""

    file: str
    shape: str
    frames: str
    photometric: str
    syntax: str
    shown: str
    least: str
    greatest: str


def rows(folder: Path) -> list[Row]:
    """One row per DICOM file, by name."""
    return [_row(path) for path in sorted(folder.glob("*.dcm"))]


def markdown(table: list[Row]) -> str:
    """The table in Markdown, ending in a line break."""
    head = ("file", "rows x columns", "frames", "photometric", "transfer syntax", "black and white", "min", "max")
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (head, ["---"] * len(head), *table))


def _row(path: Path) -> Row:
    try:
        image = read(path, 0)
    except ImageError as error:
        return Row(path.name, "refused", "", "", "", str(error).removeprefix(f"{path}: "), "", "")
    return Row(
        path.name,
        " x ".join(map(str, image.pixels.shape)),
        str(image.frames),
        image.about["photometric interpretation"],
        image.about["transfer syntax"],
        image.about["window"],
        f"{image.pixels.min():.3f}",
        f"{image.pixels.max():.3f}",
    )
