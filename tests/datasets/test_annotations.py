import numpy as np
import pytest
from PIL import Image

from common.datasets.annotations import EMPTY, FOREIGN, MISSING, SIZE, UNREADABLE, mask_faults

SHAPE = (30, 40)


@pytest.fixture
def fault(tmp_path, make_row):
    """Return the function that draws masks (by file, from first to last column that shows lesion) and checks rows."""

    def check(drawn, rows):
        for name, columns in drawn.items():
            mask = np.zeros(SHAPE, bool)
            mask[5:9, slice(*columns)] = True
            Image.fromarray(mask).save(tmp_path / name)
        made = [make_row(number, **columns) for number, columns in enumerate(rows)]
        return [(its.position, its.mask, its.kind) for its in mask_faults(tmp_path, made, [SHAPE] * len(made))]

    return check


def test_good_masks_have_no_faults(fault):
    rows = [{"mask": "a.png;b.png", "patient": 1}, {"mask": "c.png", "patient": 2}, {"mask": ""}]
    assert fault({"a.png": (1, 5), "b.png": (7, 9), "c.png": (2, 8)}, rows) == []


def test_each_faulty_mask_is_named_and_the_others_are_not(fault, tmp_path):
    (tmp_path / "text.png").write_text("no image")
    Image.new("1", (40, 31)).save(tmp_path / "large.png")
    rows = [{"mask": "a.png;gone.png", "patient": 1}, {"mask": "text.png;b.png", "patient": 2}, {"mask": "large.png"}]
    found = fault({"a.png": (1, 5), "b.png": (1, 6)}, rows)
    assert found == [(0, "gone.png", MISSING), (1, "text.png", UNREADABLE), (2, "large.png", SIZE)]


def test_images_that_cannot_be_read_are_passed_over(tmp_path, make_row):
    assert mask_faults(tmp_path, [make_row(1, mask="gone.png")], [None]) == []


def test_a_mask_is_compared_inside_the_crop_of_its_image(tmp_path, make_row):
    Image.fromarray(np.ones((30, 40), bool)).save(tmp_path / "a.png")
    row = make_row(1, mask="a.png", crop="2 4 12 24")
    assert mask_faults(tmp_path, [row], [(10, 20)]) == []
    [found] = mask_faults(tmp_path, [row], [(30, 40)])
    assert found.detail == "a.png is 10 x 20, its image 30 x 40 (height x width)"


@pytest.mark.parametrize(
    ("normal", "faults"),
    [
        ({"label": "normal"}, []),
        ({"label": "benign", "tissue": "normal"}, []),
        ({"label": "nothing found"}, []),  # no image of this class shows a lesion
        ({"label": "benign"}, [(0, "empty.png", EMPTY)]),
        ({"label": ""}, []),
    ],
)
def test_an_empty_mask_is_believed_only_of_a_normal_image(fault, normal, faults):
    rows = [{"mask": "empty.png", **normal}, {"mask": "a.png", "label": "benign"}, {"mask": "b.png", "label": "cyst"}]
    assert fault({"empty.png": (0, 0), "a.png": (1, 5), "b.png": (7, 9)}, rows) == faults


def test_one_normal_with_a_lesion_does_not_make_the_others_forgotten(fault):
    rows = [{"mask": "empty.png", "label": "normal"}, {"mask": "a.png", "label": "normal"}]
    assert fault({"empty.png": (0, 0), "a.png": (1, 5)}, rows) == []


@pytest.mark.parametrize(
    ("one", "other", "foreign"),
    [
        ({"patient": 1}, {"patient": 2}, True),
        ({}, {}, True),  # without a patient, an image is its own
        ({"patient": 1}, {"patient": 1}, False),
        ({"study": 1}, {"study": 1}, False),
        ({"patient": 1, "group": 4}, {"patient": 2, "group": 4}, False),
        ({"patient": 1, "group": 4}, {"patient": 2, "group": 5}, True),
    ],
)
def test_equal_masks_of_different_patients_cannot_both_be_right(fault, one, other, foreign):
    rows = [{"mask": "a.png", **one}, {"mask": "b.png", **other}, {"mask": "c.png", "patient": 3}]
    found = fault({"a.png": (1, 5), "b.png": (1, 5), "c.png": (2, 5)}, rows)
    assert found == ([(0, "a.png", FOREIGN), (1, "b.png", FOREIGN)] if foreign else [])


def test_empty_masks_are_equal_and_no_one_s(fault):
    rows = [{"mask": name, "label": "normal", "patient": name} for name in ("a.png", "b.png")]
    assert fault({"a.png": (0, 0), "b.png": (0, 0)}, rows) == []
