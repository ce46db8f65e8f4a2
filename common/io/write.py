"""Masks written where their images come from, as files of their own."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..files import write_atomically


def write_mask(mask: NDArray[np.bool_], *, source: Path, frame: str, path_stem: Path) -> Path:
    """Write a mask of the whole source image as PNG, 0 and 255, and return its path.

    Args:
        mask: bool `(H, W)`, rows first.
        source: The image's file.
        frame: Its frame; empty if single.
        path_stem: Where to, without the ending.
    """
    from PIL import Image

    path = path_stem.with_name(f"{path_stem.name}.png")
    write_atomically(path, lambda file: Image.fromarray(mask).save(file, "PNG"), sync=False)
    return path
