"""Synthetic images in published layouts, with planted truth: to test on when no real image is at hand."""

from . import (
    busbra,
    busi,
    cc_ccii,
    covid_ct,
    ct_ich,
    ddti,
    kermany,
    mrnet,
    radimagenet,
    radimagenet_repo,
    rsna_ich,
    rsna_pneumonia,
    soares,
    ucsd_covid_ct,
)

ULTRASOUND = (busbra, busi, ddti)
MAGNETIC_RESONANCE = (mrnet, radimagenet_repo)
RADIOGRAPHS = (kermany, rsna_pneumonia)
COMPUTED_TOMOGRAPHY = (covid_ct, ucsd_covid_ct, cc_ccii, soares, ct_ich, rsna_ich)

PHANTOMS = {
    layout.NAME: layout.write
    for layout in (*ULTRASOUND, *MAGNETIC_RESONANCE, *RADIOGRAPHS, *COMPUTED_TOMOGRAPHY, radimagenet)
}
"""Writers by data set: `write(out, *, patients, seed, difficulty)` returns the number of images."""
