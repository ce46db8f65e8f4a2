"""Masks of the slices of a NIfTI volume, as one of the same shape and header."""

import gzip
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...files import write_bytes
from ..decode.nifti import volume_of
from ..grid import voxels_of

_FREE_TEXT = ("descrip", "aux_file", "db_name", "intent_name")
"""Fields of a header that may name the patient; NIfTI-2 lacks `db_name`."""


def write(masks: Mapping[str, NDArray[np.bool_]], source: Path, stem: Path) -> Path:
    """Write `<stem>.nii.gz` and return its path: uint8, 1 where there is lesion, each mask in its slice.

    Shape, axes, sform and qform are the source's; its free text and extensions are not kept.

    Raises:
        ImageError: The source is damaged, or has no such frame.
        MaskError: A mask of another size.
    """
    import nibabel

    volume = volume_of(source)
    voxels = voxels_of(masks, volume, source)
    header = volume.header.copy()
    header.set_data_dtype(np.uint8)
    if volume.colours > 1:
        header.set_data_shape(header.get_data_shape()[:3])
        header.set_intent("none")
    header.set_slope_inter(1, 0)
    header["cal_min"], header["cal_max"] = 0, 1
    for field in _FREE_TEXT:
        if field in header:
            header[field] = b""
    kind = nibabel.Nifti2Image if isinstance(header, nibabel.Nifti2Header) else nibabel.Nifti1Image
    # Without an affine of its own, an image keeps both of its header.
    image = kind(voxels.reshape(header.get_data_shape(), order="F"), None, header)
    path = stem.with_name(f"{stem.name}.nii.gz")
    write_bytes(path, gzip.compress(image.to_bytes(), mtime=0))
    return path
