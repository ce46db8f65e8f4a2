from pathlib import Path

from common.datasets.audit.classes import classes, fold_sizes, label_of, shows
from common.datasets.prepared import PreparedDataset


def test_a_class_is_shown_or_not():
    row = {"label": "benign"}
    assert shows(row, "benign") is True
    assert shows(row, "malignant") is False
    assert label_of(row) == "benign"


def test_a_finding_is_shown_or_not_or_not_known():
    row = {"label": "", "label:bleeding": "1", "label:fracture": "0", "label:oedema": "", "label:mass": "1"}
    assert [shows(row, name) for name in ("bleeding", "fracture", "oedema")] == [True, False, None]
    assert label_of(row) == "bleeding + mass"
    assert label_of({"label": "", "label:bleeding": "0"}) == "no label"


def test_findings_are_counted_each_for_itself(make_row):
    values = [("1", "1"), ("1", ""), ("0", "1"), ("1", "0")]
    rows = [
        make_row(n, label="", patient=n // 2, fold=n % 2, **{"label:a": a, "label:b": b})
        for n, (a, b) in enumerate(values)
    ]
    rows[3]["exclude"] = "unreadable"
    data = PreparedDataset(Path(), {"class_names": ["a", "b"]}, rows)
    assert classes(data) == {"a": {"images": 2, "patients": 1}, "b": {"images": 2, "patients": 2}}
    assert fold_sizes(data)["1"]["test"] == {"a": 1, "b": 0}
