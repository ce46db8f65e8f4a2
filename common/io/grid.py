"""A frame's mask on the grid of its file: its axes, their order and directions, as other programs read that file."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .decode import decoder_of, dicom, exif, nifti, raster
from .decode.planes import displayed, to_stored
from .sizes import require_size

Mask = NDArray[np.bool_]

LPS = np.diag([-1.0, -1, 1, 1])
"""From columns, rows and slices to RAS where a file does not say: columns to the left, rows to the back, as in ITK."""


class OnGrid(NamedTuple):
    """A mask as a file of its image's kind would hold it.

    Attributes:
        voxels: uint8, 1 where there is lesion; the columns' axis comes first in a picture `(W, H)` and in a DICOM slice
            `(W, H, 1)`, the stored axes in a NIfTI volume `(X, Y, Z)`.
        affine: From the indices of a slice or volume to mm in RAS; None for a picture.
    """

    voxels: NDArray[np.uint8]
    affine: NDArray[np.float64] | None


def on_grid(mask: Mask, source: Path, *, frame: str, affine: NDArray[np.float64] | None) -> OnGrid:
    """Return a frame's mask; the other slices of a NIfTI volume show no lesion.

    Args:
        mask: `(H, W)`, rows first, as our reader shows the whole frame.
        source: The image's file.
        frame: As the index names it, empty in a file that holds one.
        affine: (row, column, slice) to mm in RAS, as our reader says; None where the file does not.

    Raises:
        ImageError: The source cannot be read.
        MaskError: The mask is of another size.
    """
    decoder = decoder_of(source)
    if decoder is nifti.read:
        volume = nifti.volume_of(source)
        time, _ = nifti.place_of(volume, int(frame) if frame else None, source)
        voxels = voxels_of({frame: mask}, volume, source)[..., time]
        shape = (*volume.header.get_data_shape()[:3], 1, 1)[:3]  # what is flat may lie along any axis
        return OnGrid(voxels.reshape(shape, order="F"), np.asarray(volume.header.get_best_affine(), np.float64))
    shown = mask.astype(np.uint8)
    if decoder is dicom.read:
        return OnGrid(shown.T[:, :, None], LPS if affine is None else affine[:, [1, 0, 2, 3]])
    _, orientation = exif.displayed(source) if decoder is raster.read else ((), exif.UPRIGHT)
    return OnGrid(exif.as_stored(shown, orientation).T, None)


def voxels_of(masks: Mapping[str, Mask], volume: nifti.Volume, source: Path) -> NDArray[np.uint8]:
    """Return the masks of a NIfTI file's slices, each in its place: uint8 `(i, j, k, time)`, 0 where there is no mask.

    Raises:
        ImageError: There is no such frame.
        MaskError: A mask of another size.
    """
    voxels = np.zeros((*volume.shape, volume.times), np.uint8, order="F")
    for frame, mask in masks.items():
        time, position = nifti.place_of(volume, int(frame) if frame else None, source)
        matrix = to_stored(volume.affine, volume.shape, position)
        shown = displayed(voxels[:, :, int(matrix[2, 3]), time], matrix)
        require_size(mask, shown.shape, source)
        shown[:] = mask
    return voxels
