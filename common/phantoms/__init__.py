"""Synthetic images in published layouts, with planted truth: to test on when no real image is at hand."""

from . import busbra, busi, ddti, mrnet, radimagenet_repo

PHANTOMS = {
    busbra.NAME: busbra.write,
    busi.NAME: busi.write,
    ddti.NAME: ddti.write,
    mrnet.NAME: mrnet.write,
    radimagenet_repo.NAME: radimagenet_repo.write,
}
"""Writers by data set: `write(out, *, patients, seed, difficulty)` returns the number of images."""
