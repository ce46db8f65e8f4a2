"""What a DICOM header says that an index may hold: ids, modality, device, size, crop; never a name, date or text."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ...errors import ImageError
from ...io.decode import HEAD, MINIMUM_SIDE
from ...io.decode.crop import Box
from ...io.decode.dicom import looks_like
from ...io.decode.dicom.series import MAXIMUM_FRAMES

if TYPE_CHECKING:
    from pydicom import Dataset

IDS = ("SOPInstanceUID", "SeriesInstanceUID", "AccessionNumber", "StudyInstanceUID", "PatientID")
"""By which a table may name an image, from the image itself to all of a patient's."""

_MOMENTS = ("Acquisition", "Content", "Series", "Study")
"""Whose Date and Time say when an image was made, the nearest to the exposure first."""

_TAGS = [
    *IDS,
    *("Modality", "Manufacturer", "ManufacturerModelName", "Rows", "Columns", "NumberOfFrames"),
    *(f"{which}{what}" for which in _MOMENTS for what in ("Date", "Time")),
    "SequenceOfUltrasoundRegions",
]
"""All that is read."""

_TISSUE = (1, 1)
"""RegionSpatialFormat "2D" and RegionDataType "tissue" (PS3.3 C.8.5.5.1.1 and C.8.5.5.1.2)."""


class Header(NamedTuple):
    """A header without what names a person; `moment` orders images in time, and is written as a rank only."""

    frames: int
    ids: dict[str, str]
    columns: dict[str, str]
    """`patient`, `study`, `crop`, and own columns: series, modality, device, rows, columns."""
    moment: str


def is_dicom(path: Path) -> bool:
    """Return whether a file begins as DICOM does."""
    try:
        with path.open("rb") as file:
            return looks_like(file.read(HEAD))
    except OSError:
        return False


def read_header(path: Path) -> Header:
    """Return what is needed of a DICOM file's header.

    Raises:
        ImageError: It is damaged, or holds no image; the message is the reason alone, with nothing of the file in it.
    """
    from pydicom import dcmread

    from ...io.decode.dicom.quiet import quietly

    try:
        with quietly():
            header = dcmread(path, stop_before_pixels=True, force=True, specific_tags=_TAGS)
            frames = int(header.get("NumberOfFrames") or 1) if header.get("Rows") else 0
            found = Header(frames, _ids(header), _columns(header), _moment(header))
    except Exception as error:
        # pydicom answers a damaged header with any class, and with text that may quote the patient's name.
        raise ImageError(f"damaged DICOM header: {type(error).__name__}") from error
    if not 0 < frames <= MAXIMUM_FRAMES:
        raise ImageError("DICOM that claims an absurd number of frames" if frames else "DICOM without an image")
    return found


def _text(header: "Dataset", keyword: str) -> str:
    """Return a value in one line, empty where it is absent; of several, the first."""
    value = header.get(keyword)
    if value is not None and not isinstance(value, str | int | float) and len(value):
        value = value[0]
    return " ".join(str(value or "").split())


def _ids(header: "Dataset") -> dict[str, str]:
    return {keyword: text for keyword in IDS if (text := _text(header, keyword))}


def _columns(header: "Dataset") -> dict[str, str]:
    return {
        "patient": _text(header, "PatientID"),
        "study": _text(header, "StudyInstanceUID"),
        "crop": _tissue(header),
        "series": _text(header, "SeriesInstanceUID"),
        "slice": "",
        "modality": _text(header, "Modality"),
        "device": " ".join(filter(None, (_text(header, "Manufacturer"), _text(header, "ManufacturerModelName")))),
        "rows": _text(header, "Rows"),
        "columns": _text(header, "Columns"),
        "acquired": "",
    }


def _tissue(header: "Dataset") -> str:
    """Return the crop around all regions of 2D tissue of an ultrasound image; empty without any, or if it is all of it.

    RegionLocationMax is taken as the last row and column inside; some makers write the first one outside, so what
    reaches beyond the image ends with it.
    """
    height, width = int(header.get("Rows") or 0), int(header.get("Columns") or 0)
    boxes = [
        Box(
            int(region.RegionLocationMinY0),
            int(region.RegionLocationMinX0),
            min(int(region.RegionLocationMaxY1) + 1, height),
            min(int(region.RegionLocationMaxX1) + 1, width),
        )
        for region in header.get("SequenceOfUltrasoundRegions") or []
        if (region.get("RegionSpatialFormat"), region.get("RegionDataType")) == _TISSUE
    ]
    if not boxes:
        return ""
    tops, lefts, bottoms, rights = zip(*boxes, strict=True)
    union = Box(min(tops), min(lefts), max(bottoms), max(rights))
    usable = min(union.bottom - union.top, union.right - union.left) >= MINIMUM_SIDE
    return str(union) if usable and union != (0, 0, height, width) else ""


def _moment(header: "Dataset") -> str:
    for which in _MOMENTS:
        if date := _text(header, f"{which}Date"):
            return f"{date} {_text(header, f'{which}Time')}"
    return ""


def ranks(moments: Sequence[str]) -> list[str]:
    """Return each moment's place, from 0, among the different ones; empty where it is unknown."""
    place = {moment: str(number) for number, moment in enumerate(sorted(set(moments) - {""}))}
    return [place.get(moment, "") for moment in moments]
