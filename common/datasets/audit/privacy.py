"""Text in the pictures, which may name a patient, or give the label away."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ...errors import ImageError
from ...io.decode import decode
from ..index import Row
from ..reading import of_each, shown_frame
from .burned_in import burned_in_text
from .findings import NOTE, Finding


def burned_in(root: Path, rows: Sequence[Row]) -> Iterator[Finding]:
    """Yield a note for each image that bears text, or whose DICOM header says so; unreadable ones are passed over."""
    for found in of_each(rows, lambda row: _of_image(root, row), what="text"):
        yield from found


def _of_image(root: Path, row: Row) -> list[Finding]:
    image = row["image"]
    try:
        decoded = decode(root / image, shown_frame(row))
    except ImageError:
        return []
    says = [f"{image}: its header declares BurnedInAnnotation"] if _declared(decoded.about) else []
    if lines := burned_in_text(decoded.pixels):
        first = lines[0]
        place = f"rows {first.top}-{first.bottom - 1}, columns {first.left}-{first.right - 1}"
        says.append(f"{image}: {len(lines)} lines of text, the first at {place}")
    return [Finding("burned-in text", NOTE, detail, (image,)) for detail in says]


def _declared(about: dict[str, str]) -> bool:
    return about.get("burned-in annotation") == "YES"
