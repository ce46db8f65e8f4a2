import re
from pathlib import Path

import pytest

from common.simulations.page import as_page
from common.simulations.simulation import CELLS, EXCHANGEABLE, PLANTED_SETTINGS, VARIATIONS, simulate

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def page():
    return as_page(simulate(draws=2, pairs=1), "python scripts/benchmark.py coverage")


def rows(page):
    return [line for line in page.splitlines() if re.match(r"\| +[^|]*\d", line)]


def test_the_page_has_every_cell_and_setting(page):
    settings = len(EXCHANGEABLE) + len(PLANTED_SETTINGS)
    tables = [line for line in page.splitlines() if line.startswith("|")]
    assert len(CELLS) == 4 * 4 * 3
    assert len(tables) == len(CELLS) + len(VARIATIONS) + settings + 4 * 2  # each table has two lines of head
    for words in ("python scripts/benchmark.py coverage", "2 draws of each row", "1 pairs of each row", "numpy"):
        assert words in page


def test_the_committed_page_has_the_same_rows_and_words(page):
    """Whoever changes what is drawn, or what is said of it, writes docs/statistics.md anew."""
    committed = (ROOT / "docs" / "statistics.md").read_text()
    titles = r"^#+ .*$"
    assert re.findall(titles, committed, re.MULTILINE) == re.findall(titles, page, re.MULTILINE)
    assert len(rows(committed)) == len(rows(page))
    assert "10,000 draws of each row" in committed
    assert "1,000 pairs of each row" in committed
