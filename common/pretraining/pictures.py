"""The pictures that a store is made of: where each comes from, and what a shard keeps of it."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..datasets.fingerprints import digest
from ..io.decode import decode
from ..io.decode.crop import cropped


class Source(NamedTuple):
    """A folder of originals, and the CT window through which its images are seen, or `none`."""

    root: str
    window: str = "none"


class Picture(NamedTuple):
    """One image of a store; all is text, as in the table beside a shard.

    `source` names its folder, `image` is the path below that, `pixels` the digest, empty until the image is read.
    `captions` is that column of a prepared data set, or `keep`.
    """

    source: str
    image: str
    label: str
    split: str
    frame: str = ""
    crop: str = ""
    captions: str = "keep"
    pixels: str = ""


def read_picture(
    picture: Picture, source: Source, image_size: tuple[int, int]
) -> tuple[npt.NDArray[np.uint8], str, bool]:
    """Return the image as the network gets it, uint8 (H, W); the digest of what was decoded; whether it is blank.

    Raises:
        ImageError: It cannot be read.
    """
    path = f"{source.root}/{picture.image}"
    decoded = decode(path, int(picture.frame) if picture.frame else None, window=source.window)
    pixels = (cropped(decoded, picture.crop, path) if picture.crop else decoded).pixels
    pixels_digest = picture.pixels or digest(pixels)
    shown = _resized(_without_captions(pixels, picture.captions), image_size)
    grey = 255 * shown
    image = np.rint(grey, out=grey).astype(np.uint8)
    return image, pixels_digest, bool(image.min() == image.max())


def _without_captions(pixels: npt.NDArray[np.float32], captions: str) -> npt.NDArray[np.float32]:
    if captions == "keep":
        return pixels
    from ..transforms.captions import CAPTIONS_FROM, FRAME

    return pixels[:CAPTIONS_FROM] if pixels.shape == FRAME else pixels


def _resized(pixels: npt.NDArray[np.float32], image_size: tuple[int, int]) -> npt.NDArray[np.float32]:
    """Return the image by `Resized(mode="area")`, as in every bundle; RadImageNet's own have the size already."""
    if pixels.shape == image_size:
        return pixels
    import torch

    tensor = torch.from_numpy(np.ascontiguousarray(pixels))[None, None]
    return torch.nn.functional.interpolate(tensor, image_size, mode="area")[0, 0].numpy()
