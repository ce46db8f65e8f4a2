from pathlib import Path

import pytest

from common.datasets.audit.answers import Answer, Shortcuts
from common.datasets.audit.findings import HANDLED, KINDS, NOTE, SPOILS, Finding, Findings
from common.datasets.prepared import PreparedDataset
from common.statistics import Interval

CLASSES = {"benign": {"images": 1200, "patients": 0}}
FOLDS = {"0": {"train": {"benign": 1000}, "valid": {"benign": 100}, "test": {"benign": 100}}}
SHORTCUTS = Shortcuts(
    "1,200 images",
    [
        Answer("border", "the outermost", "benign", Interval(0.7, 0.551, 0.8, 1200)),
        Answer("ink", "strokes", "benign", Interval(0.6, 0.55, 0.7, 1200)),
        Answer("file", "format", silent="the same in all images"),
    ],
)


def report(*found, synthetic=False):
    data = PreparedDataset(Path("data"), {"title": "BUS-BRA", "synthetic": synthetic, "index_sha256": "0"}, [])
    return Findings(data=data, found=found, classes=CLASSES, folds=FOLDS, shortcuts=SHORTCUTS)


@pytest.mark.parametrize(("verdict", "spoiled"), [(SPOILS, True), (HANDLED, False), (NOTE, False)])
def test_only_a_spoiling_finding_spoils(verdict, spoiled):
    assert report(Finding("blank image", verdict, "a.png")).spoiled is spoiled


def test_the_table_names_every_check_even_if_nothing_was_found():
    lines = report().as_table().splitlines()
    assert [kind for kind in KINDS if any(line.startswith(kind) and line.endswith(" 0") for line in lines)] == list(
        KINDS
    )


def test_the_table_spells_out_three_findings_and_counts_the_rest():
    table = report(*(Finding("blank image", NOTE, f"{n}.png") for n in range(5))).as_table()
    assert (
        "blank image                   5 5 note\n    0.png\n    1.png\n    2.png\n    and 2 more in audit.json" in table
    )


def test_the_table_shows_balance_and_folds():
    table = report().as_table()
    assert "1,200 images of unknown patients" in table
    assert "train 1,000 benign; valid 100 benign; test 100 benign" in table


def test_synthetic_sets_are_marked():
    assert report(synthetic=True).as_table().startswith("BUS-BRA (SYNTHETIC)")
    assert "SYNTHETIC" not in report().as_table()


def test_the_table_shows_what_should_not_know_the_label():
    lines = [line for line in report().as_table().splitlines() if line.startswith(("what should", "    "))]
    assert lines == [
        "what should not know the label, asked of 1,200 images",
        "    border              AUC of benign 0.700 [0.551, 0.800], n = 1200  POSSIBLE SHORTCUT",
        "    ink                 AUC of benign 0.600 [0.550, 0.700], n = 1200",
        "    file                the same in all images",
    ]


def test_json_has_the_answers():
    answers = report().as_json()["shortcuts"]["answers"]
    assert [(its["suspect"], its["class"], its["possible_shortcut"]) for its in answers] == [
        ("border", "benign", True),
        ("ink", "benign", False),
        ("file", "", False),
    ]
    assert answers[0]["auc"] == {"value": 0.7, "low": 0.551, "high": 0.8, "n": 1200}
    assert (answers[2]["auc"], answers[2]["silent"]) == (None, "the same in all images")
