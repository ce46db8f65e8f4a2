"""Transforms that MONAI does not have."""

from .augment import AugmentedBatch, RandomAffine
from .captions import CropCaptiond
from .labels import ReadLabeld
from .masks import ReadMaskd

__all__ = ["AugmentedBatch", "CropCaptiond", "RandomAffine", "ReadLabeld", "ReadMaskd"]
