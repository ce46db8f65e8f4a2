import csv
import json
from collections import Counter
from pathlib import Path

import nibabel
import numpy as np
import pytest

from common.datasets.ct_ich import CONTRADICTORY, PUBLISHED, TASKS, UNLISTED
from common.datasets.folds import assign_folds, partition, shared
from common.datasets.hemorrhage import SUBTYPES
from common.datasets.index import COLUMNS
from common.errors import DatasetError
from common.io.decode import decode_image
from common.phantoms import ct_ich as phantoms

REAL = Path(__file__).parents[2] / "../shared/data/ct_ich"


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """Phantoms of twelve patients in the layout of labels.csv."""
    root = tmp_path_factory.mktemp("download") / "ct_ich"
    phantoms.write(root, patients=12, seed=0, difficulty=0.2)
    return root


def published(root, images):
    """Patients 49 and 50, three slices each, the second of 49 epidural and subdural; `images` writes them."""
    root.mkdir()
    lines = [
        {
            **{"PatientNumber": patient, "SliceNumber": number, "Intraventricular": 0, "Intraparenchymal": 0},
            **{"Subarachnoid": 0, "Epidural": int((patient, number) == (49, 2))},
            **{"Subdural": int((patient, number) == (49, 2)), "No_Hemorrhage": int((patient, number) != (49, 2))},
            "Fracture_Yes_No": "",
        }
        for patient in (49, 50)
        for number in (1, 2, 3)
    ]
    with (root / "hemorrhage_diagnosis_raw_ct.csv").open("w", newline="", encoding="utf-8-sig") as file:
        table = csv.DictWriter(file, list(lines[0]))
        table.writeheader()
        table.writerows(lines)
    images(root)
    return root


def pictures(root):
    for patient in (49, 50):
        for window in ("brain", "bone"):
            folder = root / f"Patients_CT/{patient:03d}/{window}"
            folder.mkdir(parents=True)
            for name in ("1.jpg", "2.jpg", "3.jpg"):
                (folder / name).touch()
    (root / "Patients_CT/049/brain/2_HGE_Seg.jpg").touch()
    (root / "Patients_CT/050/brain/3.jpg").unlink()
    (root / "Patients_CT/050/brain/4.jpg").touch()


def volumes(root, *, upwards=True):
    (root / "ct_scans").mkdir()
    for patient in (49, 50):
        # As stored, slice k (from 0) holds 100 * (k + 1).
        voxels = np.broadcast_to(100 * np.arange(1, 4, dtype=np.int16), (16, 16, 3))
        affine = np.diag([1.0, 1.0, 5.0 if upwards else -5.0, 1.0])
        nibabel.save(nibabel.Nifti1Image(np.ascontiguousarray(voxels), affine), root / f"ct_scans/{patient:03d}.nii")


def test_a_row_is_labelled_by_any_haemorrhage_and_keeps_the_subtypes(source):
    truth = json.loads((source / "phantoms.json").read_text())
    root, rows = PUBLISHED.list_images(source)
    assert root == source
    assert {row["image"] for row in rows} == set(truth["images"])
    faulty = {fault["image"] for fault in truth["faults"]}
    for row in rows:
        assert set(COLUMNS) < set(row)
        if row["image"] not in faulty:
            subtypes = truth["images"][row["image"]]["subtypes"]
            assert row["subtypes"].split(";") == (sorted(subtypes) or [""])
            assert row["label"] == ("hemorrhage" if subtypes else "no_hemorrhage")
            assert row["patient"] == row["study"] == str(48 + truth["images"][row["image"]]["patient"])
            assert row["exclude"] == ""


def test_planted_faults_are_excluded_each_with_its_reason(source):
    faults = json.loads((source / "phantoms.json").read_text())["faults"]
    reasons = {phantoms.UNLISTED: UNLISTED, phantoms.CONTRADICTORY: CONTRADICTORY}
    expected = {fault["image"]: reasons[fault["kind"]] for fault in faults}
    assert set(expected.values()) == set(reasons.values())
    for task in TASKS.values():
        rows = task.list_images(source)[1]
        assert {row["image"]: row["exclude"] for row in rows if row["exclude"]} == expected
        assert {frozenset(row) for row in rows} == {frozenset(rows[0])}


def test_subtypes_are_a_column_each_and_unknown_where_nobody_looked(source):
    rows = TASKS["subtypes"].list_images(source)[1]
    any_rows = {row["image"]: row for row in PUBLISHED.list_images(source)[1]}
    for row in rows:
        values = {name: row[f"label:{name}"] for name in SUBTYPES}
        if row["exclude"] == UNLISTED:
            assert set(values.values()) == {""}
        else:
            assert ";".join(name for name in SUBTYPES if values[name] == "1") == any_rows[row["image"]]["subtypes"]
            assert set(values.values()) <= {"0", "1"}
        assert row["label"] == ""


def test_the_pictures_of_version_1_2(tmp_path):
    rows = PUBLISHED.list_images(published(tmp_path / "a", pictures))[1]
    images = {row["image"]: row for row in rows}
    assert len(rows) == 7
    assert images["Patients_CT/049/brain/2.jpg"]["subtypes"] == "epidural;subdural"
    assert images["Patients_CT/049/brain/1.jpg"]["label"] == "no_hemorrhage"
    assert images["Patients_CT/050/brain/4.jpg"]["exclude"] == UNLISTED
    assert images["Patients_CT/050/brain/3.jpg"]["exclude"] == ""  # missing: unreadable once it is read
    assert {row["patient"] for row in rows if not row["exclude"]} == {"49", "50"}


@pytest.mark.parametrize("upwards", [True, False])
def test_the_volumes_of_version_1_3_give_the_frame_that_the_table_means(tmp_path, upwards):
    root = published(tmp_path / "a", lambda root: volumes(root, upwards=upwards))
    rows = PUBLISHED.list_images(root)[1]
    assert len(rows) == 6
    for row in rows:
        shown = decode_image(root / row["image"], int(row["frame"]))
        # Without a window a volume is shown from its least (100) to its greatest value (300).
        assert shown.mean() == pytest.approx((int(row["slice"]) - 1) / 2)
    assert [row["label"] for row in rows] == ["no_hemorrhage", "hemorrhage", *4 * ["no_hemorrhage"]]


def test_a_damaged_volume_keeps_its_rows(tmp_path):
    root = published(tmp_path / "a", volumes)
    (root / "ct_scans/050.nii").write_bytes(b"no")
    rows = PUBLISHED.list_images(root)[1]
    assert len({(row["image"], row["frame"]) for row in rows}) == 6


def test_another_layout_names_what_is_missing(tmp_path):
    with pytest.raises(DatasetError, match=r"not CT-ICH as published: a table \(labels.csv, .*\) is missing"):
        PUBLISHED.list_images(tmp_path)
    (tmp_path / "labels.csv").touch()
    with pytest.raises(DatasetError, match=r"a folder \(brain\) is missing"):
        PUBLISHED.list_images(tmp_path)
    (tmp_path / "brain").mkdir()
    with pytest.raises(DatasetError, match=r"labels.csv is not CT-ICH's as published: column 'patient' is missing"):
        PUBLISHED.list_images(tmp_path)


@pytest.mark.skipif(not REAL.is_dir(), reason="real CT-ICH images are not on this machine")
def test_the_real_images():
    root, rows = PUBLISHED.list_images(REAL)
    assert Counter(row["label"] for row in rows) == {"no_hemorrhage": 1260, "hemorrhage": 303}
    assert Counter(row["exclude"] for row in rows) == {"": 1563}
    assert len({row["patient"] for row in rows}) == 52
    assert len({row["patient"] for row in rows if row["label"] == "hemorrhage"}) == 36
    subtypes = Counter(name for row in rows for name in row["subtypes"].split(";") if name)
    assert subtypes == {
        "epidural": 166, "intraparenchymal": 66, "subdural": 56, "intraventricular": 23, "subarachnoid": 17,
    }  # fmt: skip
    assert all((root / row["image"]).is_file() for row in rows)
    for row in rows:
        row["group"] = ""
    for row, fold in zip(rows, assign_folds(rows), strict=True):
        row["fold"] = fold
    for fold in range(5):
        assert not any(shared(rows, partition(rows, fold)).values())
