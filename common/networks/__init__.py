"""Backbones as they were published, and the classifier and the segmenter that stand on one."""

from .classifier import Classifier
from .residual import begin_as_identity
from .segmenter import Segmenter

__all__ = ["Classifier", "Segmenter", "begin_as_identity"]
