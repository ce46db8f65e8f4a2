import json
from collections import Counter

import numpy as np
import pytest

from common.datasets.audit.checks import audit
from common.datasets.audit.findings import HANDLED
from common.datasets.mrnet import FOLDER, TASKS
from common.datasets.prepare import prepare
from common.datasets.summary import summary
from common.errors import DatasetError
from common.phantoms.mrnet import NO_VOLUME, OTHER_SHAPE, UNLISTED, write

EXAMS = {"train": ("0000", "0001", "0002"), "valid": ("1130", "1131")}


@pytest.fixture
def mrnet(tmp_path):
    """A download laid out as MRNet: five exams of three black slices each; every second one is torn."""
    root = tmp_path / FOLDER
    for part, exams in EXAMS.items():
        (root / part / "sagittal").mkdir(parents=True)
        for exam in exams:
            np.save(root / part / "sagittal" / f"{exam}.npy", np.zeros((3, 256, 256), np.uint8))
        for task, offset in (("acl", 0), ("meniscus", 1)):
            lines = [f"{exam},{(n + offset) % 2}\n" for n, exam in enumerate(exams)]
            (root / f"{part}-{task}.csv").write_text("".join(lines))
    return root


def rows_of(root, task="acl"):
    return TASKS[task].list_images(root)[1]


def reasons(root):
    return {row["image"].split("/")[-1]: row["exclude"] for row in rows_of(root) if row["exclude"]}


def test_a_row_is_a_slice_and_an_exam_stands_for_a_patient(mrnet):
    root, rows = TASKS["acl"].list_images(mrnet)
    assert root == mrnet.parent
    assert [row["frame"] for row in rows if row["patient"] == "1130"] == ["0", "1", "2"]
    assert all((root / row["image"]).is_file() and row["study"] == row["patient"] for row in rows)
    assert rows[0]["image"] == f"{FOLDER}/train/sagittal/0000.npy"
    assert Counter(row["patient"] for row in rows) == dict.fromkeys([*EXAMS["train"], *EXAMS["valid"]], 3)


def test_the_publishers_validation_set_is_the_test_set(mrnet):
    splits = {row["patient"]: row["split"] for row in rows_of(mrnet)}
    assert splits == {**dict.fromkeys(EXAMS["train"], "train"), **dict.fromkeys(EXAMS["valid"], "test")}


def test_each_task_has_labels_of_its_own(mrnet):
    labels = {task: {row["patient"]: row["label"] for row in rows_of(mrnet, task)} for task in TASKS}
    assert labels["acl"]["0001"] == labels["meniscus"]["0000"] == "torn"
    assert labels["acl"]["0000"] == labels["meniscus"]["0001"] == "intact"


def test_the_holding_folder_means_the_same_and_so_does_another_name(mrnet):
    assert TASKS["acl"].list_images(mrnet.parent) == TASKS["acl"].list_images(mrnet)
    renamed = mrnet.rename(mrnet.with_name("knees"))
    assert rows_of(renamed)[0]["image"] == "knees/train/sagittal/0000.npy"


@pytest.mark.parametrize("name", ["train/sagittal", "valid/sagittal", "train-acl.csv", "valid-acl.csv"])
def test_another_layout_names_what_is_missing(mrnet, name):
    (mrnet / name).rename(mrnet.parent / "away")
    with pytest.raises(DatasetError, match=f"is not MRNet as published: {name} is missing"):
        rows_of(mrnet)


def test_what_cannot_be_used_is_excluded_with_the_reason(mrnet):
    sagittal = mrnet / "train/sagittal"
    (sagittal / "0000.npy").unlink()
    np.save(sagittal / "0001.npy", np.zeros((3, 128, 128), np.uint8))
    (sagittal / "0002.npy").write_bytes(b"\x93NUMPY\x01")
    np.save(mrnet / "valid/sagittal/1130.npy", np.zeros((3, 256, 256), np.float32))
    np.save(mrnet / "valid/sagittal/9999.npy", np.zeros((3, 256, 256), np.uint8))
    assert reasons(mrnet) == {
        "0000.npy": "unreadable: train-acl.csv lists it, no such file",
        "0001.npy": "unreadable: uint8 (3, 128, 128), not uint8 (slices, 256, 256)",
        "0002.npy": "unreadable: damaged or truncated",
        "1130.npy": "unreadable: float32 (3, 256, 256), not uint8 (slices, 256, 256)",
        "9999.npy": "not listed in valid-acl.csv",
    }
    unlisted = [row for row in rows_of(mrnet) if row["image"].endswith("9999.npy")]
    assert [(row["frame"], row["label"], row["patient"], row["split"]) for row in unlisted] == [("0", "", "", "")]


def test_an_exam_listed_twice_keeps_its_label_unless_they_contradict(mrnet):
    table = mrnet / "train-acl.csv"
    table.write_text(table.read_text() + "0000,0\n\n0001,0\n")
    assert reasons(mrnet) == {"0001.npy": "listed as both in train-acl.csv"}
    assert {row["label"] for row in rows_of(mrnet) if row["patient"] == "0001"} == {""}


@pytest.mark.parametrize("line", ["0003,yes", "0003", "id,label"])
def test_a_line_of_another_form_is_refused(mrnet, line):
    table = mrnet / "train-acl.csv"
    table.write_text(f"{line}\n" + table.read_text())
    with pytest.raises(DatasetError, match=r"train-acl.csv is not MRNet's as published: a line is EXAM,0 or EXAM,1"):
        rows_of(mrnet)


def test_pixels_are_not_read_to_list_them(mrnet, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("pixels were read")

    monkeypatch.setattr(np.memmap, "__getitem__", refuse)
    assert len(rows_of(mrnet)) == 15


def test_the_known_faults_are_found_in_phantoms_and_dealt_with(tmp_path):
    write(tmp_path / "original", patients=8, seed=0, difficulty=0.0)
    faults = {f["kind"]: f["image"] for f in json.loads((tmp_path / "original/phantoms.json").read_text())["faults"]}
    data = prepare("mrnet", tmp_path / "original", tmp_path / "data")
    assert data.synthetic
    excluded = {row["image"]: row["exclude"].partition(":")[0] for row in data.rows if row["exclude"]}
    unlisted = f"not listed in {faults[UNLISTED].split('/')[1]}-acl.csv"
    assert excluded == {
        faults[NO_VOLUME]: "unreadable", faults[OTHER_SHAPE]: "unreadable", faults[UNLISTED]: unlisted,
    }  # fmt: skip
    assert "excluded: 2 unreadable" in summary(data)
    findings = audit(data.folder)
    for kind, fault in (("missing file", NO_VOLUME), ("unreadable image", OTHER_SHAPE)):
        assert [(found.verdict, found.files) for found in findings.of_kind(kind)] == [(HANDLED, (faults[fault],))]
    # Knees resemble each other, and slices their neighbours: none is a duplicate.
    assert not findings.of_kind("near duplicates") + findings.of_kind("exact duplicates")
    assert not findings.spoiled
