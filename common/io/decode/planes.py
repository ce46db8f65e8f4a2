"""How the slices of a stored volume are displayed: the radiological convention, whatever the order of its axes."""

import numpy as np

PLANES = ("sagittal", "coronal", "axial")
"""The plane across each world axis x, y, z."""


def plane_of(affine: np.ndarray) -> str:
    """Return the name of the plane across the third stored axis, or of the nearest one."""
    return PLANES[world_axes(affine)[2]]


def world_axes(affine: np.ndarray) -> list[int]:
    """Return for i, j, k the nearest world axis: 0 left-right, 1 front-back, 2 feet-head; all different."""
    from nibabel import io_orientation

    return [int(axis) for axis in io_orientation(affine)[:, 0]]


def to_stored(affine: np.ndarray, shape: tuple[int, int, int], position: int) -> np.ndarray:
    """Return the matrix `(4, 4)` from (row, column, slice) of the display to voxel (i, j, k).

    In RAS every row and column of a display runs downwards along its axis: to the left, the back, the feet; columns
    along the first axis of the plane, rows along the second. Slices follow columns x rows.

    Args:
        affine: Voxel (i, j, k) to mm in RAS.
        shape: Voxels along i, j, k.
        position: Zero-based slice along the normal.
    """
    world = world_axes(affine)
    column, row = sorted((0, 1), key=lambda stored: world[stored])
    directions = -np.eye(3)
    normal = np.cross(directions[world[column]], directions[world[row]])
    matrix = np.zeros((4, 4))
    matrix[3, 3] = 1
    for axis, (stored, direction) in enumerate(
        ((row, directions[world[row]]), (column, directions[world[column]]), (2, normal))
    ):
        step = 1 if affine[:3, stored] @ direction > 0 else -1
        first = position if axis == 2 else 0
        matrix[stored, axis] = step
        matrix[stored, 3] = first if step > 0 else shape[stored] - 1 - first
    return matrix


def displayed(stored: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Return a view of a stored slice `(i, j)` as it is displayed, rows first; `matrix` as of `to_stored`."""
    rows_first = stored.T if matrix[1, 0] else stored
    flips = tuple(int(step) for step in matrix[:2, :2].sum(axis=0))
    return rows_first[:: flips[0], :: flips[1]]
