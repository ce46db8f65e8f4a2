"""Where in its file the image lies that a network sees, so that what it says of a pixel can be put back there."""

from typing import NamedTuple

import numpy as np
import torch
from monai.data import MetaTensor
from torch.nn.functional import interpolate

from .decode.crop import Box


class Place(NamedTuple):
    """Height and width of a file's image, and the box of it that was resized to the network's input, in its pixels."""

    shape: tuple[int, int]
    box: Box


def place_of(image: MetaTensor) -> Place:
    """Return where an image `(1, h, w)` came from that `ReadImaged` read, however it was cropped and resized since.

    By the affines: MONAI's transforms keep in them where the first pixel's centre lies, and how far it is to the next.
    """
    meta = image.meta
    source = np.linalg.inv(np.asarray(meta["original_affine"])) @ np.asarray(image.affine)
    scale = source.diagonal()[:2]
    first = source[:2, 3] - (scale - 1) / 2 + np.asarray(meta["source_origin"])  # from the pixel's centre to its edge
    beyond = first + scale * image.shape[-2:]
    height, width = (int(side) for side in meta["source_shape"])
    return Place((height, width), Box(*(int(edge) for edge in np.rint([*first, *beyond]))))


def restored(values: torch.Tensor, place: Place) -> torch.Tensor:
    """Return what was said of the network's pixels, `(C, h, w)`, of those of the file: float32 `(C, H, W)`.

    Bilinear inside the box; 0 where the network did not look.
    """
    top, left, bottom, right = place.box
    inside = interpolate(values[None].float(), (bottom - top, right - left), mode="bilinear", align_corners=False)[0]
    whole = inside.new_zeros(len(inside), *place.shape)
    whole[:, top:bottom, left:right] = inside
    return whole
