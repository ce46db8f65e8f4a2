"""Transforms that MONAI does not have."""

from .augment import AugmentedBatch, RandomAffine
from .captions import CropCaptiond
from .labels import ReadLabeld
from .masks import ReadMaskd
from .served import Served
from .source import ToSourced

__all__ = ["AugmentedBatch", "CropCaptiond", "RandomAffine", "ReadLabeld", "ReadMaskd", "Served", "ToSourced"]
