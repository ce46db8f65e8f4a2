import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.datasets.own.images import evenly, find_images
from common.errors import DatasetError


def test_every_kind_of_image_is_a_row_and_nothing_else(picture, dicom, tmp_path):
    root = tmp_path / "in"
    picture(root / "b/1.png")
    dicom(root / "a/2")
    dicom(root / "a/report.dcm", Rows=None)
    (root / "notes.txt").write_text("no image")
    picture(root / ".hidden/3.png")
    picture(root / "__MACOSX/4.png")
    images = find_images(root)
    assert [its.row["image"] for its in images.found] == ["a/2", "b/1.png"]
    assert [(its.where, its.reason) for its in images.left_out] == [
        ("a/report.dcm", "DICOM without an image"),
        ("notes.txt", "not an image that is read here"),
    ]


def test_a_file_of_several_frames_is_a_row_for_each_and_a_study(dicom, tmp_path):
    np.save(tmp_path / "a.npy", np.zeros((3, 9, 9), np.uint8))
    dicom(tmp_path / "b.dcm", frames=2, StudyInstanceUID="1.5", PatientID="P")
    rows = [its.row for its in find_images(tmp_path).found]
    assert [(row["image"], row["frame"], row["study"]) for row in rows] == [
        *(("a.npy", str(frame), "a.npy") for frame in range(3)),
        *(("b.dcm", str(frame), "1.5") for frame in range(2)),
    ]


def test_a_file_of_several_frames_is_one_clip_if_asked_for(dicom, tmp_path):
    for name, frames in (("a", 9), ("b", 3), ("c", 0)):
        dicom(tmp_path / name, frames=frames)
    images = find_images(tmp_path, clips=4)
    assert [(its.row["image"], its.row["frame"]) for its in images.found] == [("a", "1:8:2"), ("c", "")]
    assert [(its.where, its.reason) for its in images.left_out] == [("b", "fewer frames than a clip: 3 of 4")]


@given(st.integers(1, 300), st.data())
def test_a_clip_has_its_number_of_frames_evenly_around_the_middle(count, data):
    frames = data.draw(st.integers(1, count))
    chosen = range(*map(int, evenly(count, frames).split(":")))
    assert len(chosen) == frames
    assert chosen[0] >= 0 and chosen[-1] < count
    assert abs(chosen[0] - (count - 1 - chosen[-1])) <= 1
    assert frames == 1 or chosen.step * (frames - 1) + frames - 1 > count - 1 - (frames - 1)


def test_a_copied_file_counts_once_and_a_careless_uid_does_not_lose_images(dicom, tmp_path):
    one = dicom(tmp_path / "a.dcm", 1, SOPInstanceUID="1.9")
    shutil.copy(one, tmp_path / "c.dcm")
    dicom(tmp_path / "b.dcm", 2, SOPInstanceUID="1.9")
    images = find_images(tmp_path)
    assert [its.row["image"] for its in images.found] == ["a.dcm", "b.dcm"]
    assert [(its.where, its.reason) for its in images.left_out] == [("c.dcm", "a copy of another file: a.dcm")]


def test_acquisition_is_a_rank_and_never_a_date(dicom, picture, tmp_path):
    for name, date in (("a", "20240301"), ("b", "20240105"), ("c", ""), ("d", "20240301")):
        dicom(tmp_path / name, AcquisitionDate=date)
    picture(tmp_path / "e.png")
    rows = [its.row for its in find_images(tmp_path).found]
    assert [row.get("acquired") for row in rows] == ["1", "0", "", "1", None]
    assert "2024" not in str(rows)


def test_no_images_is_one_line(tmp_path, picture):
    with pytest.raises(DatasetError, match=r"there is no folder .*gone: give the one that holds the images"):
        find_images(tmp_path / "gone")
    with pytest.raises(DatasetError, match=r"has no images that can be read .*: it is empty"):
        find_images(tmp_path)
    picture(tmp_path / "a.png")
    with pytest.raises(DatasetError, match=r"has no images that can be read \(DICOM\): none of its 1 files .* a.png"):
        find_images(tmp_path, dicom_only=True)


def test_what_is_empty_or_may_not_be_read_says_so(picture, tmp_path, monkeypatch):
    for number, name in enumerate(("a", "closed")):
        picture(tmp_path / f"{name}.png", number)
    (tmp_path / "b.png").touch()
    opened = Path.open

    def refusing(path, *arguments):
        if path.name == "closed.png":
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *arguments)

    monkeypatch.setattr(Path, "open", refusing)
    images = find_images(tmp_path)
    assert [its.row["image"] for its in images.found] == ["a.png"]
    assert [(its.where, its.reason) for its in images.left_out] == [
        ("b.png", "empty"),
        ("closed.png", "unreadable: Permission denied"),
    ]


def test_a_folder_of_links_alone_says_why_it_has_no_images(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in/benign").symlink_to(tmp_path)
    with pytest.raises(DatasetError, match="benign is left out, a link to a folder, which is not followed"):
        find_images(tmp_path / "in")
