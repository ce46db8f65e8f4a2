"""The report as a browser lays it out. Skipped where there is no Chromium (Debian's package)."""

from tests import browser


@browser.needed
def test_it_fits_and_is_legible(make, tmp_path):
    browser.assert_legible(make(), tmp_path, images=2)
