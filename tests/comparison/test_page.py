import re

import pytest

from common.comparison.results import write_results
from tests import browser

from .conftest import table_of


@pytest.fixture
def page(content, compared, tmp_path):
    def write(**changes):
        write_results(compared({**content, **changes}), command="python scripts/compare.py breast_us <'a'>")
        return (tmp_path / "out" / "comparison.html").read_text()

    return write


def test_the_verdict_comes_first_and_phantoms_are_called_so(page):
    text = page()
    assert text.index("Synthetic: phantoms") < text.index("pretrained is better than plain") < text.index("<main>")
    assert "BUS &lt;BRA&gt;" in text
    assert "compare.py breast_us &lt;&#x27;a&#x27;&gt;" in text


def test_it_shows_all_that_the_verdict_stands_on(page, tmp_path):
    text = page()
    titles = re.findall(r"<h2>(.+?)</h2>", text)
    assert titles == [
        *("Differences", "Verdicts", "Beside the paper", "Could it be equivalent", "Other estimators", "Scores"),
        *("Scenarios", "Methods", "Data", "Weights", "Plan", "Runs", "Reproduce it"),
    ]
    assert "Nadeau-Bengio over folds" in text
    assert "12 of 24" not in text
    assert "+4.0 %" in text
    assert "the data were not audited" in text
    for run in (tmp_path / "out" / "runs").iterdir():
        assert run.name in text


def test_as_published_says_what_is_pseudo_replicated_and_what_is_not_repeated(page):
    text = page(mode="as_published")
    assert "p over scenarios (pseudo-replicated)" in text
    assert "not exactly the last ten Keras layers" in text


def test_one_initialisation_has_scores_and_no_verdict(page):
    text = page(initialisations={"plain": "poor"})
    assert "over 2 folds, each image compared within its fold (seed 0)" in text
    assert "Verdicts" not in text


@browser.needed
@pytest.mark.parametrize("width", [375, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_and_is_legible(page, content, tmp_path, width, scheme):
    bundles = {**content["bundles"], "thyroid_us": str(table_of(tmp_path, patients=120))}
    text = page(bundles=bundles, mode="as_published").replace("<details>", "<details open>")
    browser.assert_legible(text, tmp_path, width=width, scheme=scheme, images=3)
