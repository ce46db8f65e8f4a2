"""One reader for every image file: rows first, `(1, H, W)`, float32 in `[0, 1]`, as a viewer displays it."""

from .reader import ReadImaged, Reader

__all__ = ["ReadImaged", "Reader"]
