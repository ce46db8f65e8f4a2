import pytest

from common.datasets.items import read_folder, read_items
from common.datasets.prepared import read_prepared
from common.errors import DatasetError, LabelError, SplitError

NAMES = ["benign", "malignant"]


def test_the_parts_of_a_fold_hold_every_image_once_and_no_patient_twice(phantoms):
    parts = {part: read_items(phantoms, NAMES, fold=0, part=part) for part in ("train", "valid", "test")}
    images = [item["image"] for items in parts.values() for item in items]
    assert len(images) == len(set(images)) == len(read_prepared(phantoms).rows)
    patients = [{item["patient"] for item in items} for items in parts.values()]
    assert not (patients[0] & patients[1] or patients[0] & patients[2] or patients[1] & patients[2])


def test_items_know_their_origin(phantoms):
    origin = read_items(phantoms, NAMES, fold=0, part="test").origin
    assert origin.synthetic
    assert origin.index_sha256 == read_prepared(phantoms).index_sha256


def test_a_class_that_the_configuration_lacks_is_named(phantoms):
    with pytest.raises(LabelError, match="has the class 'malignant', class_names are"):
        read_items(phantoms, ["benign"], fold=0, part="train")


def test_a_fold_out_of_range_lists_the_folds(phantoms):
    with pytest.raises(SplitError, match="fold '5' does not exist: this data set has 0, 1, 2, 3, 4, official_1"):
        read_items(phantoms, NAMES, fold=5, part="train")


def test_any_folder_is_read_sorted_without_labels_or_hidden_files(tmp_path):
    for name in ("b.png", "a.png", ".hidden"):
        (tmp_path / name).touch()
    assert list(read_folder(tmp_path)) == [{"image": str(tmp_path / name)} for name in ("a.png", "b.png")]


def test_a_prepared_folder_gives_its_images(phantoms):
    items = read_folder(phantoms)
    assert len(items) == len(read_prepared(phantoms).rows)
    assert {item["label"] for item in items} == {""}


def test_no_folder_and_an_empty_folder_are_refused(tmp_path):
    with pytest.raises(DatasetError, match=r"there is no folder .*--dataset_dir FOLDER"):
        read_folder(tmp_path / "gone")
    with pytest.raises(DatasetError, match="is empty: give one of images"):
        read_folder(tmp_path)
