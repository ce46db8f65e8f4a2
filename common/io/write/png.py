"""Masks as PNG: 8 bits, 0 and 255."""

import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ...files import write_bytes
from ..decode.exif import ORIENTATION, UPRIGHT, as_stored


def write(masks: Mapping[str, NDArray[np.bool_]], stem: Path, *, orientation: int = UPRIGHT) -> list[Path]:
    """Write a PNG per frame and return their paths.

    Where the source is turned for display, so is its mask: stored and displayed pixels both lie on the source's.

    Args:
        masks: By frame, bool `(H, W)` as displayed.
        stem: Path without its ending.
        orientation: The source's.
    """
    return [_write(mask, stem, frame, orientation) for frame, mask in masks.items()]


def _write(mask: NDArray[np.bool_], stem: Path, frame: str, orientation: int) -> Path:
    path = stem.with_name(f"{stem.name}_{frame}.png" if frame else f"{stem.name}.png")
    options, content = {}, io.BytesIO()
    if orientation != UPRIGHT:
        exif = Image.Exif()
        exif[ORIENTATION] = orientation
        options = {"exif": exif}
    picture = Image.fromarray(as_stored(mask.astype(np.uint8) * 255, orientation))
    picture.save(content, format="PNG", **options)
    write_bytes(path, content.getvalue())
    return path
