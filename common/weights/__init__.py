"""Weights: loaded exactly, or refused."""

from .load import load_backbone, load_network

__all__ = ["load_backbone", "load_network"]
