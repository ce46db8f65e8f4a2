"""Bundles that travel: a folder that needs nothing of this repository."""
