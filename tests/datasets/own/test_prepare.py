import csv
import json
import os
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from common.datasets.folds import folds_of, partition
from common.datasets.items import read_folder, read_items, read_masked
from common.datasets.own.details import Columns
from common.datasets.own.prepare import Own, prepare_own
from common.datasets.prepare import How
from common.datasets.summary import summary
from common.errors import DatasetError
from tests.io.dicom.files import dataset, written

REAL = Path(__file__).parents[4] / "shared/data/busbra"

PATIENTS = 12


@pytest.fixture
def study(dicom, tmp_path):
    """A DICOM export of twelve patients with an exam of three slices each; returns its folder."""
    for patient in range(PATIENTS):
        for place in range(3):
            dicom(
                tmp_path / f"export/{patient}/{9 - place}",
                10 * patient + place,
                PatientID=f"ID{patient}",
                PatientName="Secret^Name",
                StudyInstanceUID=f"1.5.{patient}",
                SeriesInstanceUID=f"1.6.{patient}",
                AccessionNumber=f"A{patient}",
                StudyDate=f"202401{patient + 10}",
                SeriesDescription="Secret",
                Modality="MR",
                ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
                ImagePositionPatient=[0, 0, 5 * place],
            )
    return tmp_path / "export"


def labels(table, key):
    return table([["id", "label"], *((key(patient), "yes" if patient % 2 else "no") for patient in range(PATIENTS))])


@pytest.mark.parametrize("key", ["1.6.{}", "1.5.{}", "A{}", "ID{}"])
def test_dicom_takes_labels_at_any_level(study, table, tmp_path, key):
    data = prepare_own(Own(kind="dicom", images=study, table=labels(table, key.format)), tmp_path / "data")
    assert Counter(row["label"] for row in data.rows) == {"yes": 18, "no": 18}
    assert data.description["counts"]["patients"] == PATIENTS
    assert all(row["slice"] == str(9 - int(row["image"][-1])) for row in data.rows)
    for fold in folds_of(data.rows):
        assert set(partition(data.rows, fold)) == {"train", "valid", "test"}


def test_nothing_that_names_a_person_or_a_day_is_written(study, table, tmp_path):
    own = Own(kind="dicom", images=study, table=labels(table, "ID{}".format))
    prepare_own(own, tmp_path / "data", how=How(salt="salt"))
    text = "".join(path.read_text() for path in (tmp_path / "data").iterdir())
    assert not [word for word in ("Secret", "202401", "ID1", "1.5.1", "1.6.1", "A1,") if word in text]


def test_images_without_labels_are_for_inference_only(study, tmp_path):
    with pytest.raises(DatasetError, match="training needs labels: give --labels FILE; --unlabelled is for images"):
        prepare_own(Own(kind="dicom", images=study), tmp_path / "data")
    data = prepare_own(Own(kind="dicom", images=study, unlabelled=True), tmp_path / "data")
    assert summary(data).splitlines()[:2] == ["export: 36 images of 12 patients", "no labels: for inference only"]
    assert len(read_folder(data.folder)) == 36
    with pytest.raises(
        DatasetError, match=r"was prepared without labels, for inference only: prepare it with --labels"
    ):
        read_items(data.folder, ["no", "yes"], fold=0, part="train")


def test_labels_and_unlabelled_exclude_each_other(study, table, tmp_path):
    own = Own(kind="dicom", images=study, table=labels(table, str), unlabelled=True)
    with pytest.raises(DatasetError, match="--labels and --unlabelled exclude each other"):
        prepare_own(own, tmp_path / "data")


def test_a_table_among_the_images_is_not_left_out_but_other_files_are(study, table, tmp_path):
    (study / "notes.txt").write_text("text")
    path = labels(table, "ID{}".format).rename(study / "labels.csv")
    data = prepare_own(Own(kind="dicom", images=study, table=path), tmp_path / "data")
    assert (tmp_path / "data/left_out.csv").read_text() == "what,where,reason\nfile,notes.txt,not DICOM\n"
    assert "in left_out.csv, file: not DICOM: 1" in summary(data)


def test_a_table_needs_a_folder_that_exists(table, tmp_path):
    with pytest.raises(DatasetError, match=r"there is no folder .*gone: give the one that holds the images"):
        prepare_own(Own(kind="table", images=tmp_path / "gone", table=table([["a"]])), tmp_path / "data")


def test_a_folder_of_classes_is_prepared_where_it_is_not_changed(picture, tmp_path):
    for number in range(20):
        picture(tmp_path / "mine" / ("sick" if number % 2 else "healthy") / f"{number}.png", number)
    own = Own(kind="folder", images=tmp_path / "mine")
    data = prepare_own(own, tmp_path / "data")
    assert (data.name, data.title, data.task, data.class_names) == ("folder", "mine", "binary", ["healthy", "sick"])
    assert "20 images of unknown patients (scores are image-level): 10 healthy, 10 sick" in summary(data)
    with pytest.raises(DatasetError, match=r"originals are never changed, and .* lies in .*mine"):
        prepare_own(own, tmp_path / "mine/data")


def test_the_crop_of_a_table_is_seen_by_the_fingerprints_and_carried_to_items(picture, table, tmp_path):
    rows = [["image", "label", "box"]]
    for number in range(12):
        picture(tmp_path / f"mine/{number}.png", number)
        rows.append([number, "ab"[number % 2], "8 2 24 20" if number == 4 else ""])
    part = np.asarray(Image.open(tmp_path / "mine/4.png"))[8:24, 2:20]
    Image.fromarray(part).save(tmp_path / "mine/6.png")
    own = Own(kind="table", images=tmp_path / "mine", table=table(rows), columns=Columns(image="image", crop="box"))
    data = prepare_own(own, tmp_path / "data")
    by_name = {row["image"]: row for row in data.rows}
    assert by_name["4.png"]["pixels"] == by_name["6.png"]["pixels"]
    assert by_name["4.png"]["group"] == by_name["6.png"]["group"] != ""
    crops = {Path(item["image"]).name: item["crop"] for item in read_folder(data.folder)}
    assert {name: crop for name, crop in crops.items() if crop} == {"4.png": "8 2 24 20"}


def test_one_picture_under_two_labels_is_no_usable_image(picture, tmp_path):
    for number in range(10):
        picture(tmp_path / "mine" / "ab"[number % 2] / f"{number}.png")
    with pytest.raises(DatasetError, match="no usable image among 10: they are left out, conflicting labels"):
        prepare_own(Own(kind="folder", images=tmp_path / "mine"), tmp_path / "data")


@pytest.mark.skipif(not REAL.is_dir(), reason="real BUS-BRA images are not on this machine")
@pytest.mark.parametrize("form", ["png", "dicom"])
def test_sixty_renamed_images_and_a_workbook_are_prepared(workbook, tmp_path, form):
    with (REAL / "bus_data.csv").open() as file:
        lines = list(csv.DictReader(file))[:60]
    (tmp_path / "mine").mkdir()
    rows = [["Our breast study"], ["File ", "Pathology", "Patient"]]
    for number, line in enumerate(lines):
        name, image = f"case_{number:03d}", REAL / f"Images/{line['ID']}.png"
        if form == "png":
            shutil.copy(image, tmp_path / f"mine/{name}.png")
        else:
            pixels = np.asarray(Image.open(image).convert("L"))
            written(tmp_path / f"mine/{name}.dcm", dataset(pixels, PatientID=f"P{line['Case']}"))
        rows.append([f"{name}.png", line["Pathology"] + " " * (number % 3), float(line["Case"])])
    rows.append(["case_999.png", "benign", 999.0])
    columns = Columns(image="File", label="pathology", patient="Patient")
    own = Own(kind="table", images=tmp_path / "mine", table=workbook(rows, merge=["A1:C1"]), columns=columns)
    data = prepare_own(own, tmp_path / "data")
    assert Counter(row["label"] for row in data.rows) == Counter(line["Pathology"] for line in lines)
    assert {row["patient"] for row in data.rows} == {line["Case"] for line in lines}
    assert json.loads((tmp_path / "data/dataset.json").read_text())["left_out"] == {"line: names no image": 1}
    assert not any(row["exclude"] for row in data.rows)
    for fold in folds_of(data.rows):
        partition(data.rows, fold)


def reasons(folder):
    """Why each file was left out."""
    with (folder / "left_out.csv").open() as file:
        return {line["where"]: line["reason"] for line in csv.DictReader(file)}


@pytest.mark.parametrize("kind", ["folder", "table"])
def test_a_mask_that_does_not_fit_is_left_out_and_its_image_is_only_not_annotated(picture, table, tmp_path, kind):
    rows = [["image", "label", "mask"]]
    for number in range(20):
        name = f"{'sick' if number % 2 else 'healthy'}/{number}"
        picture(tmp_path / f"mine/{name}.png", number)
        mask = np.zeros((24, 20) if number != 5 else (20, 24), np.uint8)
        mask[3 : 4 + number // 2, 4:9] = 255 * (number % 2 and number != 7)
        Image.fromarray(mask).save(tmp_path / f"mine/{name}_mask.png")
        rows.append([f"{name}.png", name.split("/", maxsplit=1)[0], f"{name}_mask.png"])
    columns = Columns(image="image", mask="mask") if kind == "table" else Columns()
    own = Own(kind=kind, images=tmp_path / "mine", table=table(rows) if kind == "table" else None, columns=columns)
    data = prepare_own(own, tmp_path / "data")
    assert reasons(data.folder) == {
        "sick/5_mask.png": "mask of another size: sick/5_mask.png is 20 x 24, its image 24 x 20 (height x width)",
        "sick/7_mask.png": "empty mask: sick/7_mask.png shows no lesion, though its image is not normal",
    }
    assert {row["image"] for row in data.rows if not row["mask"]} == {"sick/5.png", "sick/7.png"}
    assert not any(row["exclude"] for row in data.rows)
    items = [item for fold in "01234" for item in read_masked(data.folder, fold=fold, part="test")]
    assert len(items) == 18


@pytest.mark.parametrize("kind", ["folder", "table"])
def test_odd_files_and_patients_are_said_and_prepared_without(picture, table, tmp_path, kind):
    rows = [["image", "label", "who"]]
    for number in range(20):
        name = f"{'sick' if number % 2 else 'healthy'}/{number}.png"
        picture(tmp_path / f"mine/{name}", number)
        rows.append([name, name.partition("/")[0], "" if number > 17 else "007" if number == 9 else number])
    (tmp_path / "mine/sick/self.png").symlink_to("self.png")
    (tmp_path / os.fsdecode(b"mine/sick/M\xfcller.png")).touch()
    (tmp_path / "mine/sick/cut.png").write_bytes((tmp_path / "mine/sick/1.png").read_bytes()[:300])
    rows.append(["sick/cut.png", "sick", 20])
    own = Own(kind=kind, images=tmp_path / "mine", table=table(rows) if kind == "table" else None)
    data = prepare_own(replace(own, columns=Columns(image="image", patient="who")), tmp_path / "data")
    assert {where: reason.partition(":")[0] for where, reason in reasons(data.folder).items()} == {
        "sick/M\\xfcller.png": "a name that is not UTF-8",
        "sick/self.png": "a link that leads nowhere",
        "sick/cut.png": "unreadable",
    }
    said = summary(data)
    assert ("2 of 21 images have no patient: each, or each study, counts" in said) == (kind == "table")
    assert ("2 patients differ in leading zeros only" in said) == (kind == "table")
