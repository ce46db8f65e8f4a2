import pytest

from common.datasets.own.classes import Rules
from common.datasets.own.labelled import labelled
from common.errors import DatasetError


@pytest.fixture
def listed(make_row, tmp_path):
    """What is made of rows with these labels, or findings, a patient each unless said otherwise."""

    def make(labels, rules=None, *, patients=None, studies=None, findings=()):
        rows = []
        for number, label in enumerate(labels):
            answers = {f"label:{name}": value for name, value in zip(findings, label, strict=False)}
            who = {"patient": patients[number] if patients else f"P{number}", "study": (studies or labels)[number]}
            rows.append(
                make_row(number, label="" if findings else label, **who, **answers) | {"study": str(who["study"])}
            )
        return labelled(tmp_path, rows, rules or Rules(), left_out=[], notes=[])

    return make


@pytest.mark.parametrize(("names", "task"), [("ab", "binary"), ("abc", "multiclass")])
def test_two_classes_are_binary_and_more_multiclass(listed, names, task):
    made = listed([*names] * 5)
    assert (made.task, made.class_names, made.ordered) == (task, tuple(names), False)
    assert len(made.rows) == 5 * len(names)


def test_the_positive_class_is_said_unless_the_user_said_it(listed):
    assert listed([*"ab"] * 5).notes == ["positive class: 'b', the last by alphabet; for the other: --positive 'a'"]
    made = listed([*"ab"] * 5, Rules(positive="a"))
    assert (made.class_names, made.notes) == (("b", "a"), [])


def test_stated_classes_leave_others_out(listed):
    made = listed([*"abc"] * 5, Rules(classes=("c", "a"), ordered=True))
    assert (made.task, made.class_names, made.ordered) == ("binary", ("c", "a"), True)
    assert {its.kind for its in made.left_out} == {"file: a class that --classes does not name"}
    assert len(made.left_out) == 5


def test_rare_classes_are_refused_or_left_out_by_patients_not_images(listed):
    labels, patients = [*"aabbcc"] * 5, [f"P{n % 6 if n % 6 > 3 else n}" for n in range(30)]
    with pytest.raises(DatasetError, match="1 of 3 have fewer: 'c' 2: add images"):
        listed(labels, patients=patients)
    made = listed(labels, Rules(minimum=5, classes=("b", "c", "a")), patients=patients)
    assert made.class_names == ("b", "a")
    assert len(made.left_out) == 10


def test_a_patient_with_contradicting_labels_is_listed_unless_labels_are_of_images(listed):
    patients = ["P1", "P1", *map(str, range(10))]
    with pytest.raises(DatasetError, match=r"a patient has one class; 1 have several \(P1: a, b\): .*--labels-per-im"):
        listed([*"ab"] * 6, patients=patients)
    assert len(listed([*"ab"] * 6, Rules(per_image=True), patients=patients).rows) == 12


def test_one_patient_id_for_all_is_not_believed(listed):
    with pytest.raises(DatasetError, match=r"all 10 images have one PatientID, in 2 studies \(anonymised\?\)"):
        listed([*"ab"] * 5, patients=["ANON"] * 10, studies=["1", "2"] * 5)


def test_findings_are_kept_where_any_is_known(listed):
    made = listed([*["10", "01", ["", "1"], ["", ""]] * 5], findings=("cyst", "lump"), studies=[""] * 20)
    assert (made.task, made.class_names) == ("multilabel", ("cyst", "lump"))
    assert len(made.rows) == 15
    assert {its.reason for its in made.left_out} == {"no finding is known"}


def test_a_finding_that_too_few_patients_have_or_lack_is_refused_or_left_out(listed):
    labels = ["101", "011", *["101", "001"] * 5]
    with pytest.raises(DatasetError, match="2 of 3 have fewer: 'all' 0, 'rare' 1"):
        listed(labels, findings=("cyst", "rare", "all"), studies=[""] * 12)
    made = listed(labels, Rules(minimum=5), findings=("cyst", "rare", "all"), studies=[""] * 12)
    assert made.class_names == ("cyst",)
    assert made.notes == ["left out: the findings all, rare, with too few patients"]
    assert not {"label:rare", "label:all"} & set(made.rows[0])


def test_classes_of_findings_are_their_columns(listed):
    with pytest.raises(DatasetError, match="findings are named by their columns"):
        listed(["10", "01"], Rules(classes=("a",)), findings=("a", "b"))


def test_what_is_odd_about_patients_is_noted(listed):
    made = listed([*"ab"] * 6, Rules(positive="b"), patients=["", "", "7", "9", "007", *"123456x"], studies=[""] * 12)
    assert [note.partition(":")[0].split(", ")[0] for note in made.notes] == [
        "2 of 12 images have no patient",
        "2 patients differ in leading zeros only",
    ]
