"""The slices of one series in the order in which they lie in the patient."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ....errors import ImageError
from . import looks_like

_TAGS = [
    *("SOPInstanceUID", "SeriesInstanceUID", "SeriesNumber", "InstanceNumber", "NumberOfFrames", "Rows"),
    *("ImageOrientationPatient", "ImagePositionPatient"),
    *("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"),
]
"""All that is read of each file."""

MAXIMUM_FRAMES = 2**16
"""Of one file: half an hour of ultrasound at 36 frames a second."""

_SAME_POSITION = 1e-2
"""Millimetres: closer slices are at one position; files write at least two decimals, and no slice is thinner."""

_GAP = 1.5
"""Times the usual distance: from here at least one slice is missing, halfway between one step and two."""

_TILT = 0.5
"""Degrees: a smaller angle between slice normal and stack is rounding in the file."""

_PARALLEL = 1e-3
"""One minus the cosine between the normals of parallel slices: 2.6 degrees."""


class Series(NamedTuple):
    """Slices as (path, zero-based frame or None for a single one), in order, and what a reader should know of them."""

    slices: list[tuple[Path, int | None]]
    notes: list[str]


class _Slice(NamedTuple):
    path: Path
    frame: int | None
    instance: str
    series: str
    series_number: int | None
    number: int
    orientation: np.ndarray | None
    position: np.ndarray | None


def read_series(folder: Path, files: Sequence[Path] | None = None) -> Series:
    """Return a folder's one series, sorted by position along the slice normal, not by file name.

    A file that is there twice counts once. Slices without a position are sorted by instance number. Notes name what was
    left out, missing and repeated slices, and gantry tilt.

    Args:
        folder: The folder, named in messages.
        files: The files of the series, wherever they lie; all in `folder` where not given.

    Raises:
        ImageError: No DICOM images, several series, slices of different orientation, or a damaged header.
    """
    files = sorted(path for path in (folder.iterdir() if files is None else files) if path.is_file())
    slices = [piece for path in files for piece in _slices(path)]
    if not slices:
        raise ImageError(f"{folder}: a series folder holds DICOM images; none of its {len(files)} files is one")
    _require_one_series(folder, slices)
    notes = []
    if others := len(files) - len({piece.path for piece in slices}):
        notes.append(f"left out: {others} file(s) that are no DICOM images")
    once = {(piece.instance or piece.path, piece.frame): piece for piece in reversed(slices)}
    if copies := len(slices) - len(once):
        notes.append(f"left out: {copies} slice(s) that are there twice")
    ordered, more = _ordered(folder, list(once.values()))
    return Series([(piece.path, piece.frame) for piece in ordered], notes + more)


def _slices(path: Path) -> list[_Slice]:
    """Return a file's slices; none if it is no DICOM image."""
    from pydicom import dcmread

    from .geometry import orientation_of, position_of
    from .quiet import quietly

    with path.open("rb") as file:
        if not looks_like(file.read(132)):
            return []
    try:
        with quietly():
            header = dcmread(path, stop_before_pixels=True, force=True, specific_tags=_TAGS)
            frames = int(header.get("NumberOfFrames") or 1) if "Rows" in header else 0
            series_number = header.get("SeriesNumber")
            if frames > MAXIMUM_FRAMES:
                raise ImageError(f"{path}: a file has at most {MAXIMUM_FRAMES:,} frames; this claims {frames:,}")
            return [
                _Slice(
                    path=path,
                    frame=frame if frames > 1 else None,
                    instance=str(header.get("SOPInstanceUID", "")),
                    series=str(header.get("SeriesInstanceUID", "")),
                    series_number=None if series_number is None else int(series_number),
                    number=int(header.get("InstanceNumber") or 0),
                    orientation=orientation_of(header, frame),
                    position=position_of(header, frame),
                )
                for frame in range(frames)
            ]
    except ImageError:
        raise
    except Exception as error:
        # As in `read`: any class, and a text that may quote the file.
        raise ImageError(f"{path}: damaged DICOM ({type(error).__name__}): export it again") from error


def _require_one_series(folder: Path, slices: list[_Slice]) -> None:
    series: dict[str, list[_Slice]] = {}
    for piece in slices:
        series.setdefault(piece.series, []).append(piece)
    if len(series) > 1:
        named = "; ".join(
            f"number {'unknown' if group[0].series_number is None else group[0].series_number} with {len(group)} "
            f"slice(s), such as {group[0].path.name}"
            for group in series.values()
        )
        raise ImageError(f"{folder}: a folder holds one series; this one {len(series)}: {named}: separate them")


def _ordered(folder: Path, slices: list[_Slice]) -> tuple[list[_Slice], list[str]]:
    by_number = sorted(slices, key=lambda piece: (piece.number, piece.path, piece.frame or 0))
    located = [(piece.orientation, piece.position) for piece in by_number]
    orientations = np.array([orientation for orientation, _ in located if orientation is not None])
    positions = np.array([position for _, position in located if position is not None])
    if not len(orientations) == len(positions) == len(slices):
        return by_number, ["sorted by instance number: not every slice states its position"] if len(slices) > 1 else []
    normal = orientations[0, 2]
    if (orientations[:, 2] @ normal < 1 - _PARALLEL).any():
        raise ImageError(f"{folder}: slices of one series are parallel; these are not (a localiser?): separate them")
    heights = positions @ normal
    order = np.argsort(heights, kind="stable")
    ordered = [by_number[place] for place in order]
    return ordered, [*_gaps(ordered, heights[order]), *_tilt(positions[order], normal)]


def _gaps(ordered: list[_Slice], heights: np.ndarray) -> list[str]:
    """Return what is to be said of the distances (mm) between neighbours."""
    notes = []
    steps = np.diff(heights)
    if repeated := int((steps < _SAME_POSITION).sum()):
        notes.append(f"{repeated} slice(s) at the position of another: a repeated or a dynamic acquisition")
    apart = steps[steps >= _SAME_POSITION]
    usual = float(np.median(apart)) if apart.size else 0.0
    for place in np.flatnonzero(steps > _GAP * usual) if usual else ():
        missing = round(float(steps[place]) / usual) - 1
        notes.append(
            f"{missing} slice(s) missing after {ordered[place].path.name}: {steps[place]:g} mm, usually {usual:g}"
        )
    return notes


def _tilt(positions: np.ndarray, normal: np.ndarray) -> list[str]:
    stack = positions[-1] - positions[0]
    length = float(np.linalg.norm(stack))
    if length < _SAME_POSITION:
        return []
    angle = float(np.degrees(np.arccos(np.clip(abs(stack @ normal) / length, 0, 1))))
    return [f"gantry tilt of {angle:.1f} degrees: slices are sheared against each other"] if angle > _TILT else []
