"""Synthetic images in published layouts, with planted truth: to test on when no real image is at hand."""

from . import busbra, busi, ct_ich, rsna_ich

PHANTOMS = {module.NAME: module.write for module in (busbra, busi, ct_ich, rsna_ich)}
"""Writers by data set: `write(out, *, patients, seed, difficulty)` returns the number of images."""
