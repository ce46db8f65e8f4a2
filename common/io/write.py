"""Masks written where their images come from, as files of their own."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..files import write_atomically

Mask = NDArray[np.bool_]


def write_masks(masks: Mapping[str, Mask], *, source: Path, stem: Path) -> list[Path]:
    """Write the masks of a file's frames as PNG, 0 and 255, and return the files written.

    Args:
        masks: By frame as the index names it, empty for a file that holds one: bool `(H, W)`, rows first.
        source: The image's file.
        stem: Path to write without its ending; a frame's number is added where there are several.
    """
    from PIL import Image

    written = []
    for frame, mask in masks.items():
        path = stem.with_name(f"{stem.name}_{frame}.png" if frame else f"{stem.name}.png")
        picture = Image.fromarray(mask)
        write_atomically(path, lambda file, picture=picture: picture.save(file, "PNG"), sync=False)  # type: ignore[misc]
        written.append(path)
    return written
