import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from common.errors import MaskError
from common.io.decode import decode_mask
from common.io.decode.contours import contours_of, file_of, filled

SIZE = (40, 60)
"""Height and width of the image."""

SQUARE = [(10, 5), (30, 5), (30, 25), (10, 25)]
"""Columns 10 to 30, rows 5 to 25."""


def region(points):
    return {"points": [{"x": x, "y": y} for x, y in points], "annotation": {}, "regionType": "freehand"}


@pytest.fixture
def case(tmp_path):
    """Return the function that writes `7.xml` with marks (image, svg) beside `7_1.jpg`, and returns its path."""

    def write(*marks):
        Image.new("L", SIZE[::-1]).save(tmp_path / "7_1.jpg")
        texts = [(image, svg if isinstance(svg, str) else json.dumps([*map(region, svg)])) for image, svg in marks]
        marked = "".join(f"<mark><image>{image}</image><svg>{svg}</svg></mark>" for image, svg in texts)
        (tmp_path / "7.xml").write_text(f"<case>{marked}</case>")
        return tmp_path / "7.xml"

    return write


def square():
    mask = np.zeros(SIZE, bool)
    mask[5:26, 10:31] = True
    return mask


def test_a_contour_is_filled_with_its_line(case):
    path = case((1, [SQUARE]))
    np.testing.assert_array_equal(decode_mask(f"{path}#1.1"), square())


@given(st.integers(0, 3), st.booleans())
def test_neither_where_a_line_begins_nor_which_way_it_runs_matters(start, backwards):
    points = np.roll(np.array(SQUARE, float), start, axis=0)
    np.testing.assert_array_equal(filled(points[::-1] if backwards else points, SIZE), square())


def test_a_circle_has_its_area():
    turn = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    mask = filled(np.stack([30 + 15 * np.cos(turn), 20 + 15 * np.sin(turn)], axis=1), SIZE)
    assert mask.sum() == pytest.approx(np.pi * 15.5**2, rel=0.03)
    np.testing.assert_allclose([places.mean() for places in np.nonzero(mask)], (20, 30), atol=0.1)


def test_a_hand_that_overruns_its_start_cuts_no_hole():
    twice = np.array(SQUARE * 2, float)
    np.testing.assert_array_equal(filled(twice, SIZE), square())


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=3, max_size=9))
def test_any_points_give_a_mask_of_the_image_s_size(points):
    mask = filled(np.array(points), SIZE)
    assert (mask.shape, mask.dtype) == (SIZE, bool)
    assert mask.any()


def test_contours_are_numbered_over_all_marks_of_an_image(case):
    path = case((1, [SQUARE, SQUARE[:3]]), (2, [SQUARE]), (1, [SQUARE]))
    assert [its.name for its in contours_of(path)] == ["1.1", "1.2", "2.1", "1.3"]


@pytest.mark.parametrize(
    ("svg", "name", "fault"),
    [
        ('[{"points": [{"x": 1', "1", "does not parse"),
        ("{}7", "1", "does not parse"),
        ("7", "1", "does not parse"),
        ('[{"point": []}]', "1", "does not parse"),
        ('[{"points": [{"x": NaN, "y": 1}, {"x": 1, "y": 2}, {"x": 3, "y": 3}]}]', "1", "does not parse"),
        ('[{"points": [{"x": "left", "y": 1}]}]', "1", "does not parse"),
        ([SQUARE[:2]], "1.1", "fewer than 3 points"),
        ([SQUARE[:2] * 4], "1.1", "fewer than 3 points"),
        ([[]], "1.1", "fewer than 3 points"),
        ([[(x + 60, y) for x, y in SQUARE]], "1.1", "outside its image"),
        ([[(x - 25, y) for x, y in SQUARE[:3]] + [(-3, 9), (-4, 7)]], "1.1", "outside its image"),
    ],
)
def test_what_is_no_mask_says_why_and_the_next_contour_counts(case, svg, name, fault):
    path = case((1, svg), (1, [SQUARE]))
    first, second = contours_of(path)
    assert (first.name, first.fault, second.fault) == (name, fault, "")
    np.testing.assert_array_equal(decode_mask(f"{path}#{second.name}"), square())
    with pytest.raises(MaskError, match=f"a contour that is no mask \\({fault}\\): prepare the data set again"):
        decode_mask(f"{path}#{first.name}")


@pytest.mark.parametrize("svg", ["", "[]", " \n"])
def test_a_mark_without_a_drawing_is_no_fault(case, svg):
    assert contours_of(case((1, svg))) == []


def test_of_an_image_that_is_not_there_nothing_can_be_drawn(case):
    path = case((2, [SQUARE]))
    assert [its.fault for its in contours_of(path)] == ["its image is not there"]
    Image.new("L", (60, 40)).save(path.with_name("7_2.JPEG"), format="JPEG")
    assert [its.fault for its in contours_of(path)] == [""]


def test_a_contour_that_crosses_the_edge_is_cut_there(case):
    path = case((1, [[(x - 12, y) for x, y in SQUARE]]))
    expected = np.zeros(SIZE, bool)
    expected[5:26, :19] = True
    np.testing.assert_array_equal(decode_mask(f"{path}#1.1"), expected)


def test_what_is_gone_is_refused(case):
    path = case((1, [SQUARE]))
    with pytest.raises(MaskError, match=r"7.xml#1.2: a contour that is no mask \(it is not there\)"):
        decode_mask(f"{path}#1.2")
    path.write_text("<case>")
    with pytest.raises(MaskError, match=r"7.xml cannot be read"):
        decode_mask(f"{path}#1.1")
    path.unlink()
    with pytest.raises(MaskError, match=r"7.xml cannot be read"):
        decode_mask(f"{path}#1.1")


@pytest.mark.parametrize("name", ["a.png", "a#1.png", "a.xml", "#.png", "mask #2"])
def test_other_masks_are_files_of_their_own(name):
    assert file_of(Path("x") / name) == Path("x") / name
