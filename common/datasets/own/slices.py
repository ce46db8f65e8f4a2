"""The slices of each DICOM series in the order in which they lie in the patient."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from ...errors import ImageError
from ...io.decode.dicom.series import read_series
from ..index import Row, key
from ..left_out import LeftOut

_VOLUMES = ("CT", "MR", "PT", "NM")
"""Modalities whose slices fill a volume: in others a series is a list of views, and no place in space is expected."""


def in_order(root: Path, rows: Sequence[Row]) -> list[LeftOut]:
    """Write the column `slice`: the place, from 0, along the slice normal, of each image of a series of several.

    Returns:
        Remarks on missing or repeated slices, gantry tilt, and series that cannot be sorted.
    """
    remarks = list[LeftOut]()
    for members in _series(rows).values():
        try:
            series = read_series(root, list(dict.fromkeys(root / row["image"] for row in members)))
        except ImageError as error:
            remarks.append(_remark(members, f"not sorted, {str(error).partition(': ')[2]}"))
            continue
        place = {
            (path.relative_to(root).as_posix(), "" if frame is None else str(frame)): str(number)
            for number, (path, frame) in enumerate(series.slices)
        }
        for row in members:
            row["slice"] = place.get(key(row), "")
        if members[0]["modality"] in _VOLUMES:
            remarks += [_remark(members, note) for note in series.notes]
    return remarks


def _remark(members: Sequence[Row], text: str) -> LeftOut:
    return LeftOut("series", members[0]["image"], f"remark: {text}")


def _series(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Return the rows of each series of several images; clips have no place among slices."""
    series: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.get("series") and ":" not in row["frame"]:
            series[row["series"]].append(row)
    return {name: members for name, members in series.items() if len(members) > 1}
