"""Transforms that MONAI does not have."""

from .labels import ReadLabeld

__all__ = ["ReadLabeld"]
