"""Synthetic images in published layouts, with planted truth: to test on when no real image is at hand."""

from . import (
    busbra,
    busi,
    cc_ccii,
    covid_ct,
    ddti,
    kermany,
    mrnet,
    radimagenet_repo,
    rsna_pneumonia,
    soares,
    ucsd_covid_ct,
)

LAYOUTS = (
    busbra,
    busi,
    ddti,
    mrnet,
    kermany,
    rsna_pneumonia,
    covid_ct,
    ucsd_covid_ct,
    cc_ccii,
    soares,
    radimagenet_repo,
)
"""Modules of this package that write a published layout."""

PHANTOMS = {layout.NAME: layout.write for layout in LAYOUTS}
"""Writers by data set: `write(out, *, patients, seed, difficulty)` returns the number of images."""
