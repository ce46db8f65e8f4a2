"""Backbones as they were published, and the classifier and the segmenter that stand on one."""

from .classifier import Classifier
from .segmenter import Segmenter

__all__ = ["Classifier", "Segmenter"]
