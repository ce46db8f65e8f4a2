from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import LabelError, RunError, StorageError
from common.metrics import Predictions, read_predictions, write_predictions
from common.metrics.predictions import TEXTS

HEADER = "image,frame,study,patient,fold,part,label,probability:benign,probability:malignant"


def predictions(probabilities, labels, texts=None, class_names=("benign", "malignant")):
    n = len(labels)
    columns = texts or {"image": [f"{i}.png" for i in range(n)], "part": ["test"] * n, "fold": ["0"] * n}
    return Predictions(
        **{column: np.array(columns.get(column, [""] * n), dtype=str) for column in TEXTS},
        label=np.array(labels, dtype=np.int64),
        probabilities=np.array(probabilities, dtype=np.float32).reshape(n, len(class_names)),
        class_names=class_names,
    )


def assert_equal(first, second):
    assert first.class_names == second.class_names
    for column in (*TEXTS, "label", "probabilities"):
        assert np.array_equal(getattr(first, column), getattr(second, column)), column


# What CSV can spoil: separators, quotes, line feeds, blanks. Left out: a NUL ends a NumPy string, surrogates are no
# UTF-8, and Python's csv does not quote a lone carriage return (reading such a file is refused, not misread).
text = st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=6)
float32 = st.floats(0, 1, width=32)
row = st.tuples(st.integers(-1, 1), float32, float32, text, text)


state = st.integers(-1, 1)


@given(rows=st.lists(st.tuples(state, state, float32, float32, text), max_size=6), name=text)
def test_reading_gives_back_every_bit_of_findings(rows, name, tmp_path_factory):
    columns = list(zip(*rows, strict=True)) or [[]] * 5
    labels, probabilities = (np.stack(its, axis=1) for its in (columns[:2], columns[2:4]))
    written = predictions(probabilities, labels, {"image": columns[4]}, ("cyst", f"a {name}"))
    written = replace(written, label=labels.reshape(-1, 2).astype(np.int64))
    path = tmp_path_factory.getbasetemp() / "findings.csv"
    write_predictions(path, written)
    assert_equal(read_predictions(path), written)
    assert read_predictions(path).multilabel


def test_the_file_of_findings_is_the_contract(tmp_path):
    written = predictions([[0.9, 0.8], [0.25, 0.75]], [[1, 1], [0, -1]], class_names=("cyst", "mass"))
    write_predictions(tmp_path / "p.csv", written)
    assert (tmp_path / "p.csv").read_text().splitlines() == [
        "image,frame,study,patient,fold,part,label:cyst,label:mass,probability:cyst,probability:mass",
        "0.png,,,,0,test,1,1,0.9,0.8",
        "1.png,,,,0,test,0,,0.25,0.75",
    ]


def test_a_finding_that_is_neither_1_nor_0_is_refused(tmp_path):
    header = "image,frame,study,patient,fold,part,label:cyst,probability:cyst"
    (tmp_path / "p.csv").write_text(f"{header}\na,,,,0,test,cyst,0.5\n")
    with pytest.raises(LabelError, match=r"are among \['0', '1'\], got \['cyst'\]"):
        read_predictions(tmp_path / "p.csv")


def test_one_class_against_the_rest_is_a_binary_task():
    every = predictions([[0.5, 0.25, 0.25], [0.25, 0.5, 0.25], [0.25, 0.25, 0.5]], [0, 1, -1], class_names=(*"abc",))
    view = every.one_class(1)
    assert view.label.tolist() == [0, 1, -1]
    assert view.probabilities.tolist() == [[0.75, 0.25], [0.5, 0.5], [0.75, 0.25]]
    assert view.class_names == ("not b", "b")
    findings = predictions([[0.75, 0.5], [0.25, 0.0]], [[1, -1], [-1, -1]], class_names=("cyst", "mass"))
    assert findings.one_class(0).label.tolist() == [1, -1]
    assert findings.known().image.tolist() == ["0.png"]


def test_images_cluster_by_patient_then_study_then_not_at_all():
    texts = {"image": [*"abc"], "patient": ["p", "", ""], "study": ["s", "s", ""]}
    assert predictions([[1, 0]] * 3, [0, 0, 0], texts).cluster.tolist() == ["p", "study s", ""]


def test_labels_of_another_number_of_findings_are_refused():
    with pytest.raises(RunError, match=r"one label, or one per finding, got shape \(1, 3\) for 2 classes"):
        predictions([[0.5, 0.5]], [[1, 0, 1]])


@given(rows=st.lists(row, max_size=6))
def test_reading_gives_back_every_bit(rows, tmp_path_factory):
    labels, first, second, image, patient = zip(*rows, strict=True) if rows else ([], [], [], [], [])
    written = predictions(np.stack([first, second], axis=1), labels, {"image": image, "patient": patient})
    path = tmp_path_factory.getbasetemp() / "predictions.csv"
    write_predictions(path, written)
    read = read_predictions(path)
    assert_equal(read, written)
    assert (read.probabilities.dtype, read.label.dtype) == (np.float32, np.int64)


def test_the_file_is_the_contract(tmp_path):
    write_predictions(tmp_path / "p.csv", predictions([[0.9, 0.1], [0.25, 0.75]], [0, -1]))
    lines = (tmp_path / "p.csv").read_text().splitlines()
    assert lines == [HEADER, "0.png,,,,0,test,benign,0.9,0.1", "1.png,,,,0,test,,0.25,0.75"]


def test_a_full_disk_leaves_no_half_file(tmp_path):
    (tmp_path / "p.csv").mkdir()
    with pytest.raises(StorageError, match=r"cannot write .*p\.csv"):
        write_predictions(tmp_path / "p.csv", predictions([[0.9, 0.1]], [0]))
    assert [path.name for path in tmp_path.iterdir()] == ["p.csv"]


def test_parts_known_labels_and_the_positive_class():
    texts = {"image": ["a", "b", "c"], "part": ["validation", "test", "test"], "patient": ["", "q", "p"]}
    every = predictions([[0.9, 0.1], [0.4, 0.6], [0.3, 0.7]], [0, 1, -1], texts)
    test = every.select("test")
    assert (len(test), test.image.tolist(), test.has_patients) == (2, ["b", "c"], True)
    assert test.positive.tolist() == [np.float32(0.6), np.float32(0.7)]
    assert every.known().image.tolist() == ["a", "b"]
    assert not every.known().has_patients


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("", RunError, r"begins with image,.*,label,probability:CLASS, got : run evaluate again$"),
        ("image,label,probability:benign\n", RunError, r"begins with .* got image,label,probability:benign: run"),
        (f"{HEADER}\na,,,,0,test,cyst,0.5,0.5\n", LabelError, r"are among \['benign', 'malignant'\], got \['cyst'\]"),
        (f"{HEADER}\na,,,,0,test,benign,0.5\n", RunError, r"has 9 fields a line, got 8 in line 2: run evaluate again$"),
        (f"{HEADER}\na,,,,0,test,benign,half,0.5\n", RunError, r"are numbers, got .*half.*: run evaluate again$"),
        (f"{HEADER}\na,,,,0,test,benign,nan,0.5\n", RunError, r"are finite, got \[nan, 0\.5\] for a \(1 such"),
    ],
)
def test_a_file_that_is_not_ours_is_refused_in_a_line(tmp_path, text, error, message):
    (tmp_path / "p.csv").write_text(text)
    with pytest.raises(error, match=message) as raised:
        read_predictions(tmp_path / "p.csv")
    assert "\n" not in str(raised.value)


def test_a_missing_file_names_the_way_out(tmp_path):
    with pytest.raises(RunError, match=r"no predictions at .*p\.csv \(No such file or directory\): run evaluate first"):
        read_predictions(tmp_path / "p.csv")


def test_columns_of_unequal_length_are_refused():
    with pytest.raises(RunError, match=r"one row per image .*'image': 1.*: give equal lengths"):
        predictions([[0.5, 0.5]] * 2, [0, 1], {"image": ["a"]})


def test_another_number_of_classes_is_refused():
    with pytest.raises(
        RunError, match=r"one probability per class, got shape \(1, 2\) for 3 classes .*: check class_names"
    ):
        Predictions(
            **{c: np.array(["a"]) for c in TEXTS},
            label=np.array([0]),
            probabilities=np.ones((1, 2), np.float32),
            class_names=("a", "b", "c"),
        )


def test_predictions_from_phantoms_say_so_in_every_row(tmp_path):
    written = predictions([[0.25, 0.75], [0.5, 0.5]], [1, 0])
    write_predictions(tmp_path / "p.csv", written, synthetic=True)
    header, *rows = (tmp_path / "p.csv").read_text().splitlines()
    assert header == HEADER + ",synthetic"
    assert all(row.endswith(",yes") for row in rows)
    assert_equal(read_predictions(tmp_path / "p.csv"), written)
