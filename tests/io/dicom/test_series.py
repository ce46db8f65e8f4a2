import shutil

import numpy as np
import pytest

from common.errors import ImageError
from common.io.decode.dicom.series import read_series
from tests.io.dicom.files import dataset, ramp, written

AXIAL = [1, 0, 0, 0, 1, 0]


def stack(folder, heights, *, series="1.2.3", number=1, lean=0.0, prefix="", **elements):
    """A slice per height (mm along z), names in another order; `lean`: mm in y per mm in z."""
    folder.mkdir(exist_ok=True)
    names = [f"{prefix}{(7 * place) % 10}{place}.dcm" for place in range(len(heights))]
    for instance, (name, height) in enumerate(zip(names, heights, strict=True), start=1):
        made = dataset(
            ramp("uint8", 8),
            ImageOrientationPatient=AXIAL,
            ImagePositionPatient=[0, lean * height, height],
            SeriesInstanceUID=series,
            SeriesNumber=number,
            SeriesDescription="Secret",
            InstanceNumber=instance,
        )
        for keyword, value in elements.items():
            setattr(made, keyword, value)
        written(folder / name, made)
    return [folder / name for name in names]


def test_slices_are_sorted_by_position_and_not_by_name_or_number(tmp_path):
    heights = [20, 0, 10, 30, 15, 5, 25]
    paths = stack(tmp_path / "ct", heights)
    slices, notes = read_series(tmp_path / "ct")
    assert slices == [(paths[place], None) for place in np.argsort(heights)]
    assert notes == []


def test_missing_repeated_and_copied_slices_are_reported(tmp_path):
    paths = stack(tmp_path / "ct", [0, 5, 10, 25, 30, 30])
    shutil.copy(paths[0], tmp_path / "ct" / "copy.dcm")
    (tmp_path / "ct" / "notes.txt").write_text("no image")
    slices, notes = read_series(tmp_path / "ct")
    assert len(slices) == 6
    assert notes == [
        "left out: 1 file(s) that are no DICOM images",
        "left out: 1 slice(s) that are there twice",
        "1 slice(s) at the position of another: a repeated or a dynamic acquisition",
        f"2 slice(s) missing after {paths[2].name}: 15 mm, usually 5",
    ]


def test_gantry_tilt_is_named(tmp_path):
    stack(tmp_path / "ct", [0, 5, 10], lean=np.tan(np.radians(15)))
    assert read_series(tmp_path / "ct").notes == ["gantry tilt of 15.0 degrees: slices are sheared against each other"]


def test_several_series_are_named_by_number(tmp_path):
    stack(tmp_path / "ct", [0, 5], prefix="a")
    stack(tmp_path / "ct", [0, 5, 10], series="1.2.4", number=7, prefix="b")
    with pytest.raises(
        ImageError, match=r"one series; this one 2: number 1 with 2 slice\(s\), such as a00.dcm; number 7"
    ):
        read_series(tmp_path / "ct")


def test_a_slice_across_the_others_is_refused(tmp_path):
    stack(tmp_path / "ct", [0, 5, 10])
    stack(tmp_path / "ct", [0], prefix="scout", ImageOrientationPatient=[1, 0, 0, 0, 0, -1])
    with pytest.raises(ImageError, match="slices of one series are parallel; these are not"):
        read_series(tmp_path / "ct")


def test_without_positions_the_instance_number_decides(tmp_path):
    paths = stack(tmp_path / "us", [0, 5, 10], ImagePositionPatient=None)
    slices, notes = read_series(tmp_path / "us")
    assert slices == [(path, None) for path in paths]
    assert notes == ["sorted by instance number: not every slice states its position"]


def test_the_frames_of_one_file_are_slices(tmp_path):
    path = written(tmp_path / "clip.dcm", dataset(np.stack([ramp("uint8", 8)] * 3)))
    assert read_series(tmp_path).slices == [(path, 0), (path, 1), (path, 2)]


def test_a_folder_without_images_and_a_damaged_file_are_refused(tmp_path):
    (tmp_path / "a.txt").write_text("text")
    with pytest.raises(ImageError, match="none of its 1 files is one"):
        read_series(tmp_path)
    path = written(tmp_path / "a.dcm", dataset(ramp("uint8", 8), NumberOfFrames=70_000))
    with pytest.raises(ImageError, match=r"a.dcm: a file has at most 65,536 frames; this claims 70,000"):
        read_series(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"70000 ", b"Secret"))
    with pytest.raises(ImageError, match=r"a.dcm: damaged DICOM \(ValueError\): export it again"):
        read_series(tmp_path)
