"""Lesion masks as one label: the union of an image's masks, in its own pixels."""

from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from monai.transforms import MapTransform
from numpy.typing import NDArray

from ..errors import MaskError
from ..io.decode import decode_mask
from ..io.decode.crop import box_of

Mask = NDArray[np.bool_]


class ReadMaskd(MapTransform):
    """The masks at each key, a path or a list of paths, as one: `(1, H, W)`, float32, 1 where any shows a lesion.

    Rows first, and cut by the item's `crop`, as `common.io.ReadImaged` reads the image; it stands behind that.

    Args:
        keys: Keys of the items that hold paths of masks, at least one each.
        image: Key of the image, whose size the masks have; not compared where the image comes from a store.
    """

    def __init__(self, keys: Hashable | Sequence[Hashable], image: str = "image") -> None:
        super().__init__(keys)
        self.image = image

    def __call__(self, data: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
        """Return the item with its masks read.

        Raises:
            MaskError: A mask that cannot be read, or is not of its image's size.
        """
        item = dict(data)
        size = None if "stored" in item else tuple(item[self.image].shape[-2:])
        for key in self.key_iterator(item):
            paths = [item[key]] if isinstance(item[key], str | Path) else list(item[key])
            union = np.logical_or.reduce(lesions(paths, crop=item.get("crop") or "", size=size))
            item[key] = torch.from_numpy(union.astype(np.float32))[None]
        return item


def lesions(paths: Sequence[str | Path], *, crop: str = "", size: tuple[int, ...] | None = None) -> list[Mask]:
    """Return each of an image's masks, bool `(H, W)`, rows first.

    Args:
        paths: Of masks, one per lesion; an all-zero one of a normal image.
        crop: The part to keep, as in the column `crop`.
        size: Height and width of the image after its crop, in pixels; None compares the masks with each other alone.

    Raises:
        MaskError: A mask that cannot be read, or is of another size.
    """
    box = box_of(crop)
    found = []
    for path in paths:
        mask = decode_mask(path)
        found.append(mask[box.top : box.bottom, box.left : box.right] if box else mask)
        size = size or found[-1].shape
        if found[-1].shape != size:
            raise MaskError(
                f"a mask has its image's size, {size[0]} x {size[1]} (rows, columns); {path} has "
                f"{found[-1].shape[0]} x {found[-1].shape[1]}: is it another image's?"
            )
    return found
