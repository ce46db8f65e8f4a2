"""Backbones as they were published, and the classifier that stands on one."""

from .classifier import Classifier

__all__ = ["Classifier"]
