"""Transforms that MONAI does not have."""

from .captions import CropCaptiond
from .labels import ReadLabeld

__all__ = ["CropCaptiond", "ReadLabeld"]
