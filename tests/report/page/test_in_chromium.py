"""The report as a browser lays it out. Skipped where there is no Chromium (Debian's package)."""

import pytest

from tests import browser


@browser.needed
@pytest.mark.parametrize("width", [375, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_and_is_legible(make, tmp_path, width, scheme):
    browser.assert_legible(make(), tmp_path, width=width, scheme=scheme, images=2)
