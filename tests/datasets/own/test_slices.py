import numpy as np
import pytest

from common.datasets.own.headers import read_header
from common.datasets.own.slices import in_order

AXIAL = [1, 0, 0, 0, 1, 0]


@pytest.fixture
def stack(dicom, tmp_path):
    """Writes a CT slice per height in mm, and returns their rows."""

    def write(heights, *, lean=0.0, **elements):
        rows = []
        for number, height in enumerate(heights):
            where = {"ImagePositionPatient": [0, lean * height, height], "ImageOrientationPatient": AXIAL}
            tags = {"SeriesInstanceUID": "1.2.3", "Modality": "CT", "InstanceNumber": 1, **where, **elements}
            path = dicom(tmp_path / f"{number}.dcm", number, **tags)
            rows.append({"image": path.name, "frame": "", **read_header(path).columns})
        return rows

    return write


def test_slices_are_numbered_along_the_normal(stack, tmp_path):
    heights = [20, 0, 10, 30]
    rows = stack(heights)
    assert in_order(tmp_path, rows) == []
    assert [int(row["slice"]) for row in rows] == list(np.argsort(np.argsort(heights)))


def test_gaps_and_tilt_are_remarks_on_the_series(stack, tmp_path):
    remarks = in_order(tmp_path, stack([0, 5, 10, 25], lean=0.5))
    assert [(its.what, its.where, its.kind) for its in remarks] == [("series", "0.dcm", "series: remark")] * 2
    assert "2 slice(s) missing after 2.dcm" in remarks[0].reason
    assert "gantry tilt of" in remarks[1].reason


def test_a_series_across_itself_is_not_sorted_and_says_so(stack, tmp_path):
    rows = [*stack([0, 5]), *stack([0, 5, 10], ImageOrientationPatient=[1, 0, 0, 0, 0, -1])[2:]]
    (remark,) = in_order(tmp_path, stack([0, 5]) + rows[2:])
    assert remark.reason.startswith("remark: not sorted, slices of one series are parallel")


def test_views_of_ultrasound_need_no_place(stack, tmp_path):
    rows = stack([0, 5], Modality="US", ImagePositionPatient=None)
    assert in_order(tmp_path, rows) == []
    assert sorted(row["slice"] for row in rows) == ["0", "1"]


def test_a_single_image_a_clip_and_a_picture_have_no_place(dicom, tmp_path):
    path = dicom(tmp_path / "a.dcm", frames=9)
    row = {"image": "a.dcm", "frame": "", **read_header(path).columns}
    rows = [row, {**row, "frame": "0:9:4"}, {"image": "b.png", "frame": ""}]
    assert in_order(tmp_path, rows) == []
    assert not any(row.get("slice") for row in rows)
