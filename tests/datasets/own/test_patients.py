import pytest

from common.datasets.own.patients import notes_on_patients


@pytest.fixture
def noted(make_row):
    """What is noted of images of these patients."""
    return lambda *patients: notes_on_patients([make_row(n, patient=patient) for n, patient in enumerate(patients)])


@pytest.mark.parametrize("patients", [[], ["", ""], ["P1", "P2"], ["7", "7"], ["10", "100"], ["1.20", "1.2"]])
def test_what_is_not_odd_is_not_noted(noted, patients):
    assert noted(*patients) == []


def test_images_without_a_patient_are_said_where_others_have_one(noted):
    assert noted("P1", "", "P2", "", "") == [
        "3 of 5 images have no patient: each, or each study, counts as a patient of its own, which is optimistic"
    ]


@pytest.mark.parametrize(("one", "other"), [("7", "007"), ("P07", "P7"), ("0", "00")])
def test_patients_that_differ_in_leading_zeros_are_said_and_not_named(noted, one, other):
    (note,) = noted(one, "P99", other, other)
    assert note.startswith("2 patients differ in leading zeros only, as 7 and 007 do, such as those of ")
    assert {"0000.png", "0002.png"} <= set(note.replace(":", " ").split())
    assert "P" not in note
