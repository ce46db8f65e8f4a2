import json
from dataclasses import replace

import pytest

from common.comparison.results import write_results
from common.comparison.tasks import tasks

from .conftest import table_of

pytestmark = pytest.mark.usefixtures("without_alternatives")

BUNDLES = ["thyroid_us", "acl_mri", "meniscus_mri", "pneumonia_cxr", "covid_ct", "sarscov2_ct", "hemorrhage_ct"]


@pytest.fixture
def many(content, tmp_path, monkeypatch):
    """A plan on eight tasks of 90 to 160 patients, of one scenario and seed each."""
    from common.comparison import problems

    names = {"class_names": ["benign", "malignant"]}
    head = problems.head
    monkeypatch.setattr(problems, "head", lambda path: {**head(path), **names})
    sizes = dict(zip(BUNDLES, range(90, 160, 10), strict=True))
    for bundle, patients in sizes.items():
        (tmp_path / bundle).mkdir()
        content["bundles"][bundle] = str(table_of(tmp_path / bundle, patients=patients))
    return {**content, "scenarios": [{"trainable": "top", "learning_rates": [0.01]}], "seeds": [0]}


def test_eight_tasks_have_a_line_and_the_page_and_json_tell_it(many, compared, tmp_path):
    found = compared(many)
    (its,) = tasks(found)
    assert its.patients == [150, *range(90, 160, 10)]
    assert its.line.tasks == 8
    assert its.line.slope.low < 0 < its.line.slope.high
    write_results(found, command="")
    (told,) = json.loads((tmp_path / "out" / "verdict.json").read_text())["small_against_large"]
    assert told["regression"]["tau2"] >= 0
    assert [row["patients"] for row in told["regression"]["prediction"]][::2] == [90, 150]
    text = (tmp_path / "out" / "comparison.html").read_text()
    assert "cannot be told to change with the number of patients" in text
    assert "share 180 tested images: they are not independent" in text


def test_a_task_without_an_error_leaves_no_line(many, compared):
    found = compared(many)
    same = [replace(pair, score_b=pair.score_a) for pair in found.contrasts[0].pairs]
    contrasts = [replace(found.contrasts[0], pairs=same), *found.contrasts[1:]]
    (its,) = tasks(replace(found, contrasts=contrasts))
    assert len(its.bundles) == 8
    assert its.line is None


def test_fewer_tasks_are_described_only(content, compared, tmp_path):
    content["bundles"]["thyroid_us"] = str(table_of(tmp_path, patients=120))
    (its,) = tasks(compared({**content, "seeds": [0]}))
    assert its.line is None
    assert "on 2 tasks: described only" in its.sentence


def test_one_task_says_nothing(content, compared):
    assert tasks(compared({**content, "seeds": [0]})) == []
