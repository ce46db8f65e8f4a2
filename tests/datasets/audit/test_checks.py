import json
import shutil

import numpy as np
import pytest
from PIL import Image

from common.datasets.audit.checks import audit
from common.datasets.audit.findings import HANDLED, KINDS, NOTE, SPOILS
from common.datasets.busi import FOLDER
from common.datasets.prepare import prepare
from common.datasets.prepared import write_prepared
from common.errors import DatasetError

VIEW = "Images/bus_0001-l.png"
MASK = "Masks/mask_0001-l.png"


@pytest.fixture
def prepared(busbra, tmp_path):
    """The folder of a faultless prepared data set."""
    return prepare("busbra", busbra, tmp_path / "data").folder


def found(folder):
    """(kind, verdict) of each finding, without the publisher's leaks that every test would have to repeat.

    Nor with shortcuts, which noise on some 40 images may look like by chance; `test_shortcuts.py` counts how often.
    """
    return [
        (finding.kind, finding.verdict)
        for finding in audit(folder).found
        if "official" not in finding.detail and finding.kind != "possible shortcuts"
    ]


def rewritten(folder, change):
    """Prepares other rows of the same data set, as no preparation would."""
    data = prepare("busbra", folder.parent / "BUSBRA", folder)
    for row in data.rows:
        row.update(change(row))
    root, description = data.root, dict(data.description)
    return write_prepared(folder, description=description, root=root, rows=data.rows).folder


def test_a_faultless_set_has_no_findings_but_the_publishers_leak(prepared):
    findings = audit(prepared)
    assert {(finding.kind, finding.verdict) for finding in findings.found} == {("patients across parts", NOTE)}
    assert findings.of_kind("patients across parts")[0].detail == "fold official_2: 4 patients in train and valid"
    assert not findings.spoiled


@pytest.mark.parametrize(
    ("damage", "kind"),
    [
        (lambda path: path.unlink(), "missing file"),
        (lambda path: path.write_bytes(path.read_bytes()[:200]), "unreadable image"),
    ],
)
def test_an_image_lost_after_preparation_spoils_and_before_it_is_handled(prepared, busbra, damage, kind):
    damage(busbra / VIEW)
    assert found(prepared) == [(kind, SPOILS)]
    prepare("busbra", busbra, prepared)
    assert found(prepared) == [(kind, HANDLED)]


def test_changed_pixels_spoil(prepared, busbra, speckle):
    Image.fromarray(speckle(999)).save(busbra / VIEW)
    assert found(prepared) == [("changed image", SPOILS)]


def test_a_blank_image_is_noted(busbra, tmp_path):
    Image.fromarray(np.full((96, 72), 3, np.uint8)).save(busbra / VIEW)
    folder = prepare("busbra", busbra, tmp_path / "data").folder
    assert found(folder) == [("blank image", NOTE)]
    assert audit(folder).of_kind("blank image")[0].detail == f"{VIEW}: its grey levels differ by 0.0 of 255"


@pytest.mark.parametrize(
    ("write", "kind", "verdict"),
    [
        (lambda path: path.unlink(), "missing file", SPOILS),
        (lambda path: path.write_bytes(b""), "unreadable mask", SPOILS),
        (lambda path: Image.fromarray(np.ones((72, 96), bool)).save(path), "mask of another size", SPOILS),
        (lambda path: Image.fromarray(np.zeros((96, 72), bool)).save(path), "empty mask", SPOILS),
    ],
)
def test_a_faulty_mask_is_found(prepared, busbra, write, kind, verdict):
    write(busbra / MASK)
    assert found(prepared) == [(kind, verdict)]


def test_a_mask_that_is_another_patient_s_is_found_on_both(prepared, busbra):
    shutil.copy(busbra / "Masks/mask_0007-r.png", busbra / MASK)
    assert found(prepared) == [("mask of another image", SPOILS)] * 2
    first, second = audit(prepared).of_kind("mask of another image")
    assert first.detail == f"{MASK} and Masks/mask_0007-r.png are equal, of different patients: one is another image's"
    assert second.files == ("Images/bus_0007-r.png", "Masks/mask_0007-r.png")


def test_a_mask_of_another_size_says_both_sizes(prepared, busbra):
    Image.fromarray(np.ones((72, 96), bool)).save(busbra / MASK)
    [finding] = audit(prepared).of_kind("mask of another size")
    assert finding.detail == f"{MASK} is 72 x 96, its image 96 x 72 (height x width)"
    assert finding.files == (VIEW, MASK)


def test_the_empty_mask_of_a_normal_is_fine(busi, tmp_path):
    assert found(prepare("busi", busi, tmp_path / "data").folder) == []


def test_duplicates_and_conflicts_are_found_and_handled(busi, tmp_path):
    folder = busi / FOLDER
    shutil.copy(folder / "benign/benign (3).png", folder / "benign/benign (9).png")
    for name in ("malignant ({}).png", "malignant ({})_mask.png"):
        image = Image.open(folder / "malignant" / name.format(2))
        image.resize((90, 120)).save(folder / "malignant" / name.format(7))
    shutil.copy(folder / "benign/benign (4).png", folder / "malignant/malignant (4).png")
    data = prepare("busi", busi, tmp_path / "data")
    assert found(data.folder) == [
        ("exact duplicates", HANDLED),
        ("exact duplicates", HANDLED),
        ("near duplicates", HANDLED),
        ("conflicting labels", HANDLED),
    ]
    [conflict] = audit(data.folder).of_kind("conflicting labels")
    assert conflict.files == (f"{FOLDER}/benign/benign (4).png", f"{FOLDER}/malignant/malignant (4).png")


def test_conflicting_labels_that_are_not_excluded_spoil(prepared, busbra):
    shutil.copy(busbra / "Images/bus_0001-l.png", busbra / "Images/bus_0020-l.png")
    folder = rewritten(prepared, lambda row: {"exclude": "", "group": "", "fold": row["fold"] or "0"})
    assert ("exact duplicates", SPOILS) in found(folder)
    assert ("conflicting labels", SPOILS) in found(folder)


def test_a_patient_across_our_folds_spoils(prepared):
    folder = rewritten(prepared, lambda row: {"fold": "0" if row["side"] == "left" else "1"})
    assert ("patients across parts", SPOILS) in found(folder)
    assert audit(folder).spoiled


def test_a_duplicate_group_across_parts_spoils(prepared):
    folder = rewritten(prepared, lambda row: {"group": "1" if row["patient"] in ("1", "2") else ""})
    assert ("duplicates across parts", SPOILS) in found(folder)


def test_a_study_across_our_folds_spoils_and_duplicates_within_one_are_handled(prepared, busbra):
    shutil.copy(busbra / "Images/bus_0001-l.png", busbra / "Images/bus_0002-l.png")
    one = {"0001-l": "s", "0002-l": "s"}
    folder = rewritten(prepared, lambda row: {"study": one.get(row["image"][11:17], ""), "patient": "", "group": ""})
    assert ("exact duplicates", HANDLED) in found(folder)
    folder = rewritten(prepared, lambda row: {"study": f"s{row['side']}", "patient": "", "group": ""})
    assert ("studies across parts", SPOILS) in found(folder)


def test_classes_and_folds_are_counted(prepared):
    findings = audit(prepared)
    assert findings.classes == {"benign": {"images": 24, "patients": 12}, "malignant": {"images": 16, "patients": 8}}
    for parts in findings.folds.values():
        assert sum(n for sizes in parts.values() for n in sizes.values()) == 40


def test_every_kind_that_is_reported_is_documented(prepared, busbra):
    (busbra / VIEW).unlink()
    (busbra / "Masks/mask_0002-l.png").unlink()
    assert {finding.kind for finding in audit(prepared).found} <= set(KINDS)


def test_the_report_survives_as_json(prepared, busbra):
    (busbra / VIEW).unlink()
    report = json.loads(json.dumps(audit(prepared).as_json()))
    assert report["spoiled"] is True
    assert report["synthetic"] is False
    assert report["findings"]["missing file"][0]["files"] == [VIEW]


def test_an_unprepared_folder_is_refused(tmp_path):
    with pytest.raises(DatasetError, match="is not prepared"):
        audit(tmp_path)
