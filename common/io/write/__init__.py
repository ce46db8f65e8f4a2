"""Lesion masks written back where their image lies: at its size, in its geometry, in the format that carries both.

PNG, JPEG, NPY        PNG, black and white, as the image is displayed; one per frame
DICOM                 DICOM segmentation; PNG where the file does not place its pixels in the patient (ultrasound)
NIfTI                 NIfTI of the source's shape and header, 1 where there is lesion
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..decode import decode, decoder_of
from ..decode import dicom as dicom_reader
from ..decode import nifti as nifti_reader
from ..decode import raster as raster_reader
from ..decode.exif import UPRIGHT, displayed
from ..sizes import require_size
from . import dicom, nifti, png

Mask = NDArray[np.bool_]


def write_masks(masks: Mapping[str, Mask], *, source: Path, stem: Path) -> list[Path]:
    """Write the masks of a file's frames, and return the files written: one for a volume, else one per frame.

    Each is complete or absent. In a file for several frames, those without a mask show no lesion.

    Args:
        masks: By frame as the index names it, empty for a file that holds one: bool `(H, W)`, rows first, as our reader
            shows the whole frame (a crop is undone, `common.io.place`).
        source: The image's file.
        stem: Path to write without its ending; a frame's number is added where several need a file each.

    Raises:
        ImageError: The source cannot be read.
        MaskError: A mask of another size, or a package is missing.
        StorageError: No space left, or no permission.
    """
    decoder = decoder_of(source)
    if decoder is nifti_reader.read:
        return [nifti.write(masks, source, stem)]
    if decoder is dicom_reader.read:
        return dicom.write(masks, source, stem)
    if decoder is raster_reader.read:
        size, orientation = displayed(source)
    else:
        size, orientation = decode(source, 0).pixels.shape, UPRIGHT
    for mask in masks.values():
        require_size(mask, size, source)
    return png.write(masks, stem, orientation=orientation)
