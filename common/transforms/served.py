"""What is said of one image, as MONAI Label's last steps take it."""

from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from monai.data import MetaTensor
from monai.transforms import MapTransform

from ..io.grid import on_grid

PICTURE, VOLUME = ".png", ".nii.gz"
"""What a mask is written as unless the request says otherwise: JPEG would blur it, and ITK writes no mask as DICOM."""


class Served(MapTransform):
    """Class probabilities `(C,)` as they are; a mask `(1, H, W)` of 0 and 1 on the grid of its file, uint8.

    Stands last in `postprocessing`: what MONAI Label appends to it resizes to the image's `spatial_shape`, which
    probabilities have none of and a mask here has by itself, so that entry goes; and the affine that it writes
    with a mask is the image's.

    Args:
        keys: Keys of the items that hold predictions.
        image: Key of the image, with its metadata.
    """

    def __init__(self, keys: Hashable | Sequence[Hashable], image: str = "image") -> None:
        super().__init__(keys)
        self.image = image

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Return the item with its predictions to be served.

        Raises:
            MaskError: A mask that is not of its file's size.
        """
        item = dict(data)
        meta = item[self.image].meta
        for key in self.key_iterator(item):
            if item[key].ndim == 1:
                item[key] = MetaTensor(item[key])
                continue
            source, frame = Path(meta["filename_or_obj"]), str(item.get("frame", ""))
            known = np.asarray(meta["original_affine"]) if np.isfinite(meta["spacing"]).all() else None
            voxels, affine = on_grid(np.asarray(item[key][0]) > 0, source, frame=frame, affine=known)
            item[key], meta["original_affine"] = MetaTensor(voxels), affine
            item["result_extension"] = item.get("result_extension") or (PICTURE if affine is None else VOLUME)
        meta.pop("spatial_shape", None)
        return item
