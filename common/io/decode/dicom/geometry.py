"""Image Plane module: where the pixels lie in the patient (PS3.3 C.7.6.2)."""

import numpy as np
from pydicom import Dataset

from .groups import macro, numbers

_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
"""DICOM's axes point left, posterior, superior; nibabel's and MONAI's right, anterior, superior."""

_UNIT_TOLERANCE = 1e-2
"""How far direction cosines may be from unit length and a right angle: files write as few as three decimals."""


def orientation_of(dataset: Dataset, index: int) -> np.ndarray | None:
    """Return float64 `(3, 3)`, LPS: unit vectors along increasing row index, column index, and their slice normal.

    The normal is that of PS3.3 C.7.6.2.1.1: row direction x column direction. None where it is absent or not a plane.
    """
    cosines = numbers(macro(dataset, index, "PlaneOrientationSequence"), "ImageOrientationPatient")
    if len(cosines) != 6:
        return None
    along_row, along_column = np.reshape(cosines, (2, 3))
    products = np.array([along_row @ along_row - 1, along_column @ along_column - 1, along_row @ along_column])
    if not (np.abs(products) < _UNIT_TOLERANCE).all():
        return None
    return np.stack([along_column, along_row, np.cross(along_row, along_column)])


def position_of(dataset: Dataset, index: int) -> np.ndarray | None:
    """Return float64 `(3,)`, LPS, mm: the centre of the first pixel. None where it is absent."""
    position = numbers(macro(dataset, index, "PlanePositionSequence"), "ImagePositionPatient")
    return np.array(position) if len(position) == 3 and np.isfinite(position).all() else None


def affine_of(dataset: Dataset, index: int) -> np.ndarray | None:
    """Return float64 `(4, 4)`: (row, column, slice index, 1) to RAS in mm; None where the file does not say.

    The step between slices is SpacingBetweenSlices, else SliceThickness, else 1 mm.

    Args:
        dataset: The file's header.
        index: Zero-based frame.
    """
    orientation, position = orientation_of(dataset, index), position_of(dataset, index)
    measures = macro(dataset, index, "PixelMeasuresSequence")
    spacing = numbers(measures, "PixelSpacing")
    if orientation is None or position is None or len(spacing) != 2 or not min(spacing) > 0:
        return None
    steps = [*numbers(measures, "SpacingBetweenSlices"), *numbers(measures, "SliceThickness"), 1.0]
    lps = np.eye(4)
    # PixelSpacing is (between rows, between columns), so it goes with increasing (row index, column index).
    lps[:3, :3] = orientation.T * [*spacing, next(abs(step) for step in steps if step)]
    lps[:3, 3] = position
    return _LPS_TO_RAS @ lps
