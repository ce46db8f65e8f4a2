"""Transforms that MONAI does not have."""

from .augment import AugmentedBatch, RandomAffine
from .labels import ReadLabeld

__all__ = ["AugmentedBatch", "RandomAffine", "ReadLabeld"]
