import itertools

import pytest

from common.datasets.folds import assign_folds
from common.datasets.items import evenly, read_folder, read_items, read_masked
from common.datasets.prepared import read_prepared, write_prepared
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
    nobody = {"patient": "", "study": ""}
    assert list(read_folder(tmp_path)) == [{"image": str(tmp_path / name), **nobody} for name in ("a.png", "b.png")]


def test_a_prepared_folder_gives_its_images(phantoms):
    items = read_folder(phantoms)
    assert len(items) == len(read_prepared(phantoms).rows)
    assert {item["label"] for item in items} == {""}


def test_no_folder_and_an_empty_folder_are_refused(tmp_path):
    with pytest.raises(DatasetError, match=r"there is no folder .*--dataset_dir FOLDER"):
        read_folder(tmp_path / "gone")
    with pytest.raises(DatasetError, match="is empty: give one of images"):
        read_folder(tmp_path)


@pytest.fixture
def prepared(tmp_path):
    """Return the function that writes rows as a prepared data set."""

    def write(rows, **description):
        rows = [{**row, "fold": fold} for row, fold in zip(rows, assign_folds(rows), strict=True)]
        about = {"name": "own", "title": "Own", "synthetic": False, "shared_patients": {}, **description}
        (tmp_path / "original").mkdir()
        write_prepared(tmp_path / "data", description=about, root=tmp_path / "original", rows=rows)
        return tmp_path / "data"

    return write


def test_inference_asks_for_what_is_excluded_but_not_for_what_the_preparation_could_not_read(prepared, make_row):
    reasons = {1: ("unreadable", ""), 2: ("no TI-RADS", "3f"), 3: ("", "")}
    rows = [make_row(n, patient=n, exclude=why, pixels=pixels) for n, (why, pixels) in reasons.items()]
    rows += [make_row(n, patient=n, label=NAMES[n % 2], pixels="3f") for n in range(10, 50)]
    images = {item["image"].rsplit("/")[-1] for item in read_folder(prepared(rows, task="binary", class_names=NAMES))}
    assert images == {row["image"] for row in rows} - {"0001.png"}


@pytest.fixture
def findings(prepared, make_findings):
    """A data set of 80 images with two findings, the second not always known."""
    rows = [make_findings(n, {"cyst": "10"[n % 2], "mass": ("1", "0", "")[n % 3]}) for n in range(80)]
    return prepared(rows, task="multilabel", class_names=["cyst", "mass"])


def test_the_label_of_findings_says_what_is_known_of_each(findings):
    items = read_items(findings, ["mass", "cyst"], fold=0, part="train")
    row = {row["image"]: row for row in read_prepared(findings).rows}
    for item in items:
        own = row[item["image"].rsplit("/")[-1]]
        assert item["label"] == {"cyst": own["label:cyst"], "mass": own["label:mass"]}
    assert not items.origin.ordered


def test_a_finding_that_the_configuration_lacks_is_named(findings):
    with pytest.raises(LabelError, match=r"has the class 'mass', class_names are \['cyst'\]: add it to class_names"):
        read_items(findings, ["cyst"], fold=0, part="train")


def test_a_finding_that_the_index_lacks_is_named(findings):
    with pytest.raises(SplitError, match="its train part has no 'scar': add images of that class"):
        read_items(findings, ["cyst", "mass", "scar"], fold=0, part="train")


def test_classes_on_a_scale_stand_in_its_order(prepared, make_row):
    rows = [make_row(n, label="low" if n % 2 else "high") for n in range(80)]
    scale = prepared(rows, task="multiclass", class_names=["low", "high"], ordered=True)
    assert read_items(scale, ["low", "high"], fold=0, part="test").origin.ordered
    with pytest.raises(LabelError, match=r"are a scale, \['low', 'high'\]; got .*: give them in that order"):
        read_items(scale, ["high", "low"], fold=0, part="test")


@pytest.mark.parametrize(("count", "at_most"), [(10, 4), (10, 10), (3, 1000), (1001, 1000)])
def test_a_sample_is_even_and_keeps_the_ends(count, at_most):
    sample = evenly([{"image": number} for number in range(count)], at_most)
    numbers = [item["image"] for item in sample]
    assert len(numbers) == min(count, at_most)
    assert (numbers[0], numbers[-1]) == (0, count - 1)
    steps = {after - before for before, after in itertools.pairwise(numbers)}
    assert max(steps) - min(steps) <= 1


def test_the_annotated_images_of_a_part_come_with_their_masks(phantoms):
    rows = {row["image"]: row for row in read_prepared(phantoms).rows}
    root = read_prepared(phantoms).root
    items = read_masked(phantoms, fold=0, part="test")
    assert [item["image"] for item in items] == [
        item["image"] for item in read_items(phantoms, NAMES, fold=0, part="test")
    ]
    for item in items:
        row = rows[item["image"].removeprefix(f"{root}/")]
        assert item["label"] == [str(root / row["mask"])]


def test_a_data_set_without_masks_has_nothing_to_segment(findings):
    with pytest.raises(SplitError, match="no image of its train part has a mask"):
        read_masked(findings, fold=0, part="train")


def test_a_part_without_a_class_is_segmented_all_the_same(prepared, make_row):
    rows = [make_row(n, patient=n, mask=f"{n}.png", label="malignant" if n == 0 else "benign") for n in range(40)]
    data = prepared(rows, task="binary", class_names=NAMES)
    images = [item["image"] for part in ("train", "valid", "test") for item in read_masked(data, fold=0, part=part)]
    assert len(set(images)) == len(rows)
    with pytest.raises(SplitError, match="part has no 'malignant'"):
        read_items(data, NAMES, fold=0, part="train")
