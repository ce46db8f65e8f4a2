"""Synthetic images in published layouts, with planted truth: to test on when no real image is at hand."""

from . import busbra, busi, cc_ccii, covid_ct, ct_ich, kermany, rsna_ich, rsna_pneumonia, soares, ucsd_covid_ct

PHANTOMS = {
    layout.NAME: layout.write
    for layout in (busbra, busi, kermany, rsna_pneumonia, covid_ct, ucsd_covid_ct, cc_ccii, soares, ct_ich, rsna_ich)
}
"""Writers by data set: `write(out, *, patients, seed, difficulty)` returns the number of images."""
