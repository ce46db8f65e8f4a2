import pytest

from common.datasets.official import read_official
from common.errors import DatasetError

NAMES = ["images/1_1.jpg", "images/1_2.jpg", "images/2_1.jpg", "other/2_1.jpg", "images/3_1.jpg"]


@pytest.fixture
def rows(make_row):
    return [make_row(number, image=name, split_1="test", split_9="train") for number, name in enumerate(NAMES)]


@pytest.fixture
def lists(tmp_path):
    """Writes the authors' lists: part and fold to names."""

    def write(names, *, prefix="thyroid", column="img_dir"):
        for what, images in names.items():
            lines = [f"{column},label", *(f"{image},1" for image in images)]
            (tmp_path / f"{prefix}_{what}.csv").write_text("\n".join(lines) + "\n")
        return tmp_path

    return write


def test_folds_are_read_and_replace_what_was_there(rows, lists):
    folder = lists(
        {
            "train_fold1": ["thyroid/images/1_1.jpg", "1_2.jpg"],
            "val_fold1": ["images/2_1.jpg"],
            "test_fold1": ["a/other/2_1.jpg"],
            "test_fold2": ["1_1"],
        }
    )
    assert read_official(folder, rows) == []
    assert [row["split_1"] for row in rows] == ["train", "train", "valid", "test", ""]
    assert [row["split_2"] for row in rows] == ["test", "", "", "", ""]
    assert all(row["split"] == "" and "split_9" not in row for row in rows)


def test_a_single_split_and_the_other_column(rows, lists):
    read_official(lists({"train": ["1_1.png"], "test": ["3_1.jpg"]}, column="filename"), rows)
    assert [row["split"] for row in rows] == ["train", "", "", "", "test"]
    assert "split_1" not in rows[0]


def test_the_frames_of_a_file_share_its_part(make_row, lists):
    rows = [make_row(0, image="0001.npy", frame=str(frame)) for frame in range(3)]
    assert read_official(lists({"test": ["0001.npy"]}), rows) == []
    assert {row["split"] for row in rows} == {"test"}


def test_lines_that_fit_no_image_or_several_are_listed(rows, lists):
    left_out = read_official(lists({"train": ["1_1.jpg", "9_9.jpg", "2_1.jpg"]}), rows)
    assert [(its.where, its.reason) for its in left_out] == [
        ("thyroid_train.csv:3", "official split names no image"),
        ("thyroid_train.csv:4", "official split names several images"),
    ]


def test_an_image_in_two_parts_is_in_none(rows, lists):
    (its,) = read_official(lists({"train": ["1_1.jpg", "1_1.jpg"], "test": ["1_1.jpg", "1_2.jpg"]}), rows)
    assert (its.where, its.reason) == ("images/1_1.jpg", "in several parts of an official split: split, test and train")
    assert [row["split"] for row in rows[:2]] == ["", "test"]


def test_a_folder_without_usable_lists_is_refused(rows, lists, tmp_path):
    with pytest.raises(DatasetError, match=r"there is no folder .*: --official-splits takes the one with"):
        read_official(tmp_path / "gone", rows)
    with pytest.raises(DatasetError, match=r"has no \*_\{train,val,test\}_fold"):
        read_official(tmp_path, rows)
    with pytest.raises(DatasetError, match=r"no line of the lists in .* names an image of this data set"):
        read_official(lists({"train": ["9.jpg"]}), rows)
    with pytest.raises(DatasetError, match=r"lists of one data set; .* has lists of breast, thyroid"):
        read_official(lists({"train": ["9.jpg"]}, prefix="breast"), rows)


def test_a_slice_goes_by_its_name_as_a_picture(make_row, lists):
    pictures = [f"0007_sagittal_{frame}.000000.png" for frame in range(3)]
    rows = [make_row(0, image="0007.npy", frame=str(frame), picture=name) for frame, name in enumerate(pictures)]
    assert read_official(lists({"train_fold1": [pictures[1]], "val_fold1": [f"acl/images/{pictures[2]}"]}), rows) == []
    assert [row["split_1"] for row in rows] == ["", "train", "valid"]
