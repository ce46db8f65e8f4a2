import json
import shutil
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from common.datasets import busi as busi_module
from common.datasets.busi import FOLDER
from common.datasets.folds import folds_of, partition
from common.datasets.prepare import How, prepare
from common.datasets.summary import summary
from common.errors import DatasetError


def rows_of(data):
    return {row["image"].removeprefix(f"{FOLDER}/"): row for row in data.rows}


def test_every_image_gets_a_fold_and_its_pixels(busbra, tmp_path):
    data = prepare("busbra", busbra, tmp_path / "data")
    assert {row["fold"] for row in data.rows} == set("01234")
    assert len({row["pixels"] for row in data.rows}) == len(data.rows) == 40
    assert folds_of(data.rows) == [*"01234", *(f"official_{k}" for k in range(1, 6))]


def test_preparing_twice_and_from_a_copy_gives_the_same_index(busbra, tmp_path):
    first = prepare("busbra", busbra, tmp_path / "a")
    before = {path.name: path.read_bytes() for path in first.folder.iterdir()}
    prepare("busbra", busbra, tmp_path / "a")
    assert {path.name: path.read_bytes() for path in first.folder.iterdir()} == before
    copy = shutil.copytree(busbra, tmp_path / "copy")
    assert prepare("busbra", copy, tmp_path / "b").index_sha256 == first.index_sha256


def test_other_pixels_give_another_index(busbra, tmp_path, speckle):
    first = prepare("busbra", busbra, tmp_path / "a")
    Image.fromarray(speckle(99)).save(busbra / "Images/bus_0001-l.png")
    assert prepare("busbra", busbra, tmp_path / "b").index_sha256 != first.index_sha256


def test_originals_stay_untouched(busbra, tmp_path):
    def state():
        return {path: (path.stat().st_mtime_ns, path.is_file() and path.read_bytes()) for path in busbra.rglob("*")}

    before = state()
    prepare("busbra", busbra, tmp_path / "data")
    assert state() == before


def test_the_leak_in_the_authors_folds_is_counted_and_said(busbra, tmp_path):
    data = prepare("busbra", busbra, tmp_path / "data")
    overlaps = data.description["shared_patients"]
    # Patients 5, 10, 15 and 20 are tested in fold 1; elsewhere one view validates and the other trains.
    assert overlaps["official_1"] == {"train and valid": 0, "train and test": 0, "valid and test": 0}
    assert overlaps["official_2"]["train and valid"] == 4
    assert not any(overlaps["0"].values())
    assert "4 patients in train and valid" in summary(data)


def test_counts_that_differ_from_the_publication_are_one_line(busbra, tmp_path):
    data = prepare("busbra", busbra, tmp_path / "data")
    line = data.description["differs_from_publication"]
    assert line.startswith("not as BUS-BRA was published: -1,835 images (40 instead of 1,875), -1,044 patients")
    assert line in summary(data).splitlines()


def test_phantoms_are_marked_synthetic_instead(busbra, tmp_path):
    (busbra / "phantoms.json").write_text(json.dumps({"synthetic": True}))
    data = prepare("busbra", busbra, tmp_path / "data")
    assert data.synthetic
    assert data.description["differs_from_publication"] == ""
    assert summary(data).startswith("SYNTHETIC, phantoms in the layout of BUS-BRA: 40 images of 20 patients")


def test_duplicates_share_a_group_and_a_part(busi, tmp_path):
    folder = busi / FOLDER
    shutil.copy(folder / "benign/benign (3).png", folder / "benign/benign (9).png")
    Image.open(folder / "malignant/malignant (2).png").resize((90, 120)).save(folder / "malignant/malignant (7).png")
    data = prepare("busi", busi, tmp_path / "data")
    rows = rows_of(data)
    assert Counter(row["group"] for row in data.rows) == {"": 44, "1": 2, "2": 2}
    assert rows["benign/benign (3).png"]["group"] == rows["benign/benign (9).png"]["group"] == "1"
    assert rows["malignant/malignant (2).png"]["group"] == rows["malignant/malignant (7).png"]["group"] == "2"
    for fold in range(5):
        parts = {row["image"]: part for row, part in zip(data.rows, partition(data.rows, fold), strict=True)}
        assert parts[f"{FOLDER}/benign/benign (3).png"] == parts[f"{FOLDER}/benign/benign (9).png"]


def test_one_picture_under_two_labels_is_excluded_on_both_sides(busi, tmp_path):
    folder = busi / FOLDER
    shutil.copy(folder / "benign/benign (3).png", folder / "malignant/malignant (4).png")
    data = prepare("busi", busi, tmp_path / "data")
    rows = rows_of(data)
    reason = f"conflicting labels: same picture as {FOLDER}"
    assert rows["benign/benign (3).png"]["exclude"] == f"{reason}/malignant/malignant (4).png"
    assert rows["malignant/malignant (4).png"]["exclude"] == f"{reason}/benign/benign (3).png"
    assert rows["malignant/malignant (4).png"]["fold"] == ""
    assert data.description["counts"]["excluded"] == 2
    assert "excluded: 2 conflicting labels" in summary(data)


def test_normal_and_benign_do_not_conflict(busi, tmp_path):
    shutil.copy(busi / FOLDER / "benign/benign (3).png", busi / FOLDER / "normal/normal (4).png")
    data = prepare("busi", busi, tmp_path / "data")
    assert not any(row["exclude"] for row in data.rows)
    assert data.description["counts"]["duplicate_groups"] == 1


def test_unreadable_and_missing_images_are_excluded_and_counted_as_missing(busbra, tmp_path):
    (busbra / "Images/bus_0001-l.png").write_bytes(b"")
    (busbra / "Images/bus_0002-l.png").unlink()
    data = prepare("busbra", busbra, tmp_path / "data")
    rows = rows_of(data)
    for name in ("0001", "0002"):
        assert rows[f"Images/bus_{name}-l.png"]["exclude"] == "unreadable"
        assert rows[f"Images/bus_{name}-l.png"]["pixels"] == ""
    assert "(38 instead of 1,875)" in data.description["differs_from_publication"]
    assert "excluded: 2 unreadable" in summary(data)
    assert "in left_out.csv, file: unreadable: 2" in summary(data)
    assert (data.folder / "left_out.csv").read_text().splitlines()[1:] == [
        "file,Images/bus_0001-l.png,unreadable: the file is empty (0 bytes): copy it again from its source",
        "file,Images/bus_0002-l.png,unreadable: cannot be opened (No such file or directory)",
    ]


def test_a_set_too_small_for_a_fold_says_so(busi, tmp_path):
    for path in (busi / FOLDER / "malignant").glob("*"):
        if "(1)" not in path.name:
            path.unlink()
    data = prepare("busi", busi, tmp_path / "data")
    assert "cannot be used: fold 1: its train part has no 'malignant'" in summary(data)


def test_unknown_patients_are_said(busi, tmp_path):
    data = prepare("busi", busi, tmp_path / "data")
    assert data.description["counts"]["patients"] is None
    assert "48 images of unknown patients (scores are image-level)" in summary(data)


def test_a_missing_source_says_where_to_get_it(tmp_path):
    with pytest.raises(DatasetError, match=r"there is no folder .*x: download BUS-BRA from https://doi.org"):
        prepare("busbra", tmp_path / "x", tmp_path / "data")


def test_a_source_without_a_usable_image_is_refused(busbra, tmp_path):
    for path in (busbra / "Images").iterdir():
        path.write_bytes(b"")
    with pytest.raises(DatasetError, match="has no usable image among 40: is the download of BUS-BRA complete"):
        prepare("busbra", busbra, tmp_path / "data")
    assert not Path(tmp_path / "data").exists()


def test_the_originals_are_not_written_into(busi):
    with pytest.raises(DatasetError, match=r"originals are never changed, and .* lies in .*: give another --out"):
        prepare("busi", busi, busi / "data")


def zipped(folder, path):
    with zipfile.ZipFile(path, "w") as archive:
        for file in folder.rglob("*"):
            archive.write(file, file.relative_to(folder.parent))
    return path


def test_a_zipped_download_gives_the_same_index(busbra, tmp_path):
    plain = prepare("busbra", busbra, tmp_path / "plain")
    data = prepare("busbra", zipped(busbra, tmp_path / "BUSBRA.zip"), tmp_path / "data")
    assert data.index_sha256 == plain.index_sha256
    assert data.root == tmp_path / "data/original/BUSBRA"
    assert prepare("busbra", tmp_path / "BUSBRA.zip", tmp_path / "data").index_sha256 == plain.index_sha256


def test_a_zip_of_something_else_says_what_is_missing(busi, tmp_path):
    with pytest.raises(DatasetError, match=r"is not BUS-BRA as published: bus_data.csv is missing"):
        prepare("busbra", zipped(busi / FOLDER / "benign", tmp_path / "x.zip"), tmp_path / "data")


def test_a_dry_run_says_the_same_and_writes_nothing(busbra, tmp_path):
    dry = prepare("busbra", busbra, tmp_path / "data", how=How(dry_run=True))
    assert not (tmp_path / "data").exists()
    assert summary(dry) == summary(prepare("busbra", busbra, tmp_path / "data"))
    with pytest.raises(DatasetError, match=r"a dry run writes nothing, and .*x.zip must be unpacked first"):
        prepare("busbra", zipped(busbra, tmp_path / "x.zip"), tmp_path / "dry", how=How(dry_run=True))
    assert not (tmp_path / "dry").exists()


def test_the_papers_own_folds_stand_beside_ours(busbra, tmp_path):
    lists = tmp_path / "dataframe"
    lists.mkdir()
    for part, patients in (("train", range(1, 17)), ("test", range(17, 22))):
        names = [f"breast/images/bus_{patient:04d}-{side}.png" for patient in patients for side in "lr"]
        (lists / f"breast_{part}_fold1.csv").write_text("\n".join(["filename,label", *(f"{name},1" for name in names)]))
    data = prepare("busbra", busbra, tmp_path / "data", official_splits=lists)
    assert folds_of(data.rows) == [*"01234", "official_1"]
    assert "in left_out.csv, line: official split names no image: 2" in summary(data)
    assert (data.folder / "left_out.csv").read_text().count("breast_test_fold1.csv:") == 2


def test_findings_are_counted_and_conflicts_among_them_found(multilabel, tmp_path):
    data = prepare("busi", multilabel, tmp_path / "data")
    assert data.description["counts"] | {"images": 48, "cyst": 24, "lump": 0} == data.description["counts"]
    assert [row["exclude"][:18] for row in data.rows if row["exclude"]] == ["conflicting labels"] * 2


@pytest.fixture
def multilabel(busi, monkeypatch):
    """BUSI as if its labels were findings, with a picture that has a cyst and has not."""
    shutil.copy(busi / FOLDER / "benign/benign (3).png", busi / FOLDER / "malignant/malignant (4).png")

    def list_images(source):
        root, rows = busi_module.list_images(source)
        cyst = {"benign": "1", "malignant": "0"}
        return root, [
            {
                **row,
                "label": "",
                "label:cyst": "" if row["tissue"] == "normal" else cyst[row["label"]],
                "label:lump": "",
            }
            for row in rows
        ]

    made = replace(
        busi_module.PUBLISHED, task="multilabel", class_names=("cyst", "lump"), counts={}, list_images=list_images
    )
    monkeypatch.setattr(busi_module, "PUBLISHED", made)
    return busi


def test_a_damaged_image_has_the_reason_of_the_decoder_and_no_absolute_path(busbra, tmp_path):
    (busbra / "Images/bus_0001-l.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    data = prepare("busbra", busbra, tmp_path / "data")
    text = (data.folder / "left_out.csv").read_text()
    assert "file,Images/bus_0001-l.png,unreadable: damaged or truncated (cannot identify" in text
    assert str(tmp_path) not in text


@pytest.mark.parametrize("folder", ["", "."])
def test_a_data_set_is_not_written_where_the_command_runs(busbra, folder):
    with pytest.raises(
        DatasetError, match="a data set has a folder of its own; got the current one: name another, --out"
    ):
        prepare("busbra", busbra, folder)
