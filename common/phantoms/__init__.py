"""Synthetic breast ultrasound in published layouts, with planted truth: to test on when no real image is at hand."""

from . import busbra, busi

PHANTOMS = {busbra.NAME: busbra.write, busi.NAME: busi.write}
"""Writers by data set: `write(out, *, patients, seed, difficulty)` returns the number of images."""
