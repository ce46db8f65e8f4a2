import re
from pathlib import Path

import pytest

from common.comparison.beside import read_beside, relative
from common.comparison.results import write_results
from common.datasets.prepared import read_prepared
from common.errors import PlanError
from common.files import write_json
from tests import browser

from .conftest import table_of


@pytest.fixture
def page(content, compared, tmp_path):
    def write(masked=(), **changes):
        write_results(
            compared({**content, **changes}, masked=masked), command="python scripts/compare.py breast_us <'a'>"
        )
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
        *("Differences", "Verdicts", "ROC and reliability", "Beside the paper", "Could it be equivalent"),
        *("Other estimators", "Scores", "Scenarios", "Methods", "Data", "Audit of the data", "Weights", "Plan", "Runs"),
        "Reproduce it",
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
    assert "batch norms that learn see the images" in text
    assert "all were tested, since the paper counts over scenarios" in text
    assert '>chosen</th><th scope="col">test AUC [95 %]</th>' in text
    assert "of the whole and of each scenario and of each fold and seed" in text
    assert "and only that one was tested" in page()


@pytest.mark.parametrize(("areas", "told"), [((0.9, 0.8), "+12.5 %"), ((0.4, 0.8), "-50.0 %"), ((0.5, 0.0), "")])
def test_a_gain_is_a_share_of_what_it_is_compared_with(areas, told):
    assert relative(areas) == told


def test_fair_stands_beside_as_published(content, compared, tmp_path):
    write_results(compared({**content, "mode": "as_published"}, tmp_path / "other"), command="")
    write_results(compared(content), command="", beside=read_beside(tmp_path / "other"))
    text = (tmp_path / "out" / "comparison.html").read_text()
    table = text[text.index("<h2>Fair against as published</h2>") :]
    assert table.index("<td>fair</td>") < table.index("<td>as published</td>")
    with pytest.raises(PlanError, match="--beside is the folder of a finished comparison"):
        read_beside(tmp_path)


def test_what_the_audit_found_is_told(content, compared, tmp_path):
    content["bundles"] = {"breast_us": str(table_of(tmp_path, patients=150))}
    index = read_prepared(content["bundles"]["breast_us"]).index_sha256
    finding = {"verdict": "spoils", "detail": "two images of different classes are the same"}
    audit = {"index_sha256": index, "spoiled": True, "findings": {"duplicates": [finding], "blank": []}}
    write_json(Path(content["bundles"]["breast_us"]) / "audit.json", audit)
    write_results(compared(content), command="")
    text = (tmp_path / "out" / "comparison.html").read_text()
    assert "two images of different classes are the same" in text
    assert "breast_us: the audit found what spoils a result" in text


def test_one_initialisation_has_scores_and_no_verdict(page):
    text = page(initialisations={"plain": "poor"})
    assert "over 2 folds, each image compared within its fold (seed 0)" in text
    assert "Verdicts" not in text


@browser.needed
def test_it_fits_and_is_legible(page, content, tmp_path):
    bundles = {**content["bundles"], "thyroid_us": str(table_of(tmp_path, patients=120))}
    more = {"bundles": bundles, "mode": "as_published", "sizes": [25, 100], "masked": ["breast_us"]}
    text = page(**more).replace("<details>", "<details open>")
    for section in ("Label efficiency", "Localisation", "Small against large sets", "ROC and reliability"):
        assert f"<h2>{section}</h2>" in text
    browser.assert_legible(text, tmp_path, images=10)


@browser.needed
def test_the_ways_of_one_arm_fit_and_are_legible(page, tmp_path):
    text = page(initialisations={"plain": "poor"})
    assert "<h2>One network or several</h2>" in text
    browser.assert_legible(text, tmp_path, images=2)
