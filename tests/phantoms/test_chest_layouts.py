"""What holds for every layout of chest radiographs and lung CT: one write and one preparation of each."""

import json
from collections import Counter

import pytest
from PIL import Image
from pydicom import dcmread

from common.datasets.audit.checks import audit
from common.datasets.prepare import prepare
from common.phantoms import PHANTOMS
from common.phantoms.cc_ccii import DISORDER, GAP, MIXED, STRAY

LAYOUTS = ("kermany", "rsna_pneumonia", "covid_ct", "ucsd_covid_ct", "cc_ccii", "soares")
PATIENTS = 8


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Returns by layout: the folder of phantoms, their sidecar, and the prepared data set; each made once."""
    cache = {}

    def make(name):
        if name not in cache:
            folder = tmp_path_factory.mktemp(name)
            count = PHANTOMS[name](folder / "phantoms", patients=PATIENTS, seed=0, difficulty=0)
            sidecar = json.loads((folder / "phantoms/phantoms.json").read_text())
            assert count == len(sidecar["images"])
            cache[name] = folder / "phantoms", sidecar, prepare(name, folder / "phantoms", folder / "data")
        return cache[name]

    return make


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_preparation_finds_every_phantom_and_says_that_they_are_synthetic(made, name):
    root, sidecar, data = made(name)
    rows = {row["image"]: row for row in data.rows}
    assert set(sidecar["images"]) <= set(rows)
    assert data.synthetic
    kept = [image for image, row in rows.items() if not row["exclude"]]
    assert len(kept) > len(rows) / 2
    assert all((root / image).is_file() for image in kept)


@pytest.mark.parametrize("name", LAYOUTS)
def test_labels_and_patients_are_those_that_were_planted(made, name):
    _, sidecar, data = made(name)
    copies = {fault["image"] for fault in sidecar["faults"]}
    kept = [row for row in data.rows if not row["exclude"] and row["image"] not in copies]
    planted = {row["image"]: sidecar["images"][row["image"]] for row in kept}
    label_of = {(planted[row["image"]]["label"], row["label"]) for row in kept}
    assert len(label_of) == len({told for told, _ in label_of}), "one label each"
    if name != "soares":
        pairs = {(planted[row["image"]]["patient"], row["patient"]) for row in kept}
        assert len(pairs) == len({one for one, _ in pairs}) == len({other for _, other in pairs})


@pytest.mark.parametrize("name", LAYOUTS)
def test_no_two_patients_pass_for_one_picture_but_the_planted_copies(made, name):
    _, sidecar, data = made(name)
    grouped = {row["image"] for row in data.rows if row["group"]}
    copies = [fault for fault in sidecar["faults"] if fault["of"]]
    assert {fault[side] for fault in copies for side in ("image", "of")} <= grouped
    patients = {}
    for row in data.rows:
        if row["group"]:
            patients.setdefault(row["group"], set()).add(sidecar["images"][row["image"]]["patient"])
    assert all(len(group) == 1 for group in patients.values())


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_audit_finds_what_was_planted_and_nothing_that_spoils(made, name):
    _, sidecar, data = made(name)
    findings = audit(data.folder)
    assert not findings.spoiled
    kinds = Counter(finding.kind for finding in findings.found)
    faults = Counter(fault["kind"] for fault in sidecar["faults"])
    assert kinds["missing file"] == faults["row without a file"] + faults["listed without a file"]
    assert kinds["exact duplicates"] == sum(count for kind, count in faults.items() if "duplicate" in kind)
    assert kinds["conflicting labels"] == faults["conflicting duplicate"]
    assert kinds["duplicates across parts"] == faults["duplicate across parts"]


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_same_seed_gives_the_same_bytes_and_fewer_patients_a_part_of_them(made, name, tmp_path):
    root, sidecar, _ = made(name)
    PHANTOMS[name](tmp_path / "small", patients=2, seed=0, difficulty=0)
    small = json.loads((tmp_path / "small/phantoms.json").read_text())
    assert small["images"].items() <= sidecar["images"].items()
    for path in small["images"]:
        assert (tmp_path / "small" / path).read_bytes() == (root / path).read_bytes()


@pytest.mark.parametrize("name", LAYOUTS)
def test_another_seed_gives_other_images(made, name, tmp_path):
    root, sidecar, _ = made(name)
    PHANTOMS[name](tmp_path / "other", patients=1, seed=1, difficulty=0)
    other = {
        path.read_bytes()
        for path in (tmp_path / "other").rglob("*.*")
        if path.suffix not in (".csv", ".json", ".txt", ".xlsx")
    }
    assert not other & {(root / path).read_bytes() for path in sidecar["images"]}


def test_kermany_is_jpeg_of_every_shape_and_says_synthetic(made):
    root, sidecar, _ = made("kermany")
    pictures = [Image.open(root / path) for path in sidecar["images"]]
    assert {(each.format, each.mode) for each in pictures} == {("JPEG", "L")}
    assert all(each.info["comment"].startswith(b"Synthetic phantom (") for each in pictures)
    assert len({each.size for each in pictures}) > 4


def test_kermany_counts_persons_by_agent_and_leaks_only_the_planted_copy(made):
    _, sidecar, data = made("kermany")
    names = {row["patient"] for row in data.rows}
    assert {"person1_bacteria", "person1_virus"} <= names
    assert not any(data.description["shared_patients"]["official"].values())
    assert [fault["kind"] for fault in sidecar["faults"]] == ["duplicate across parts"]


def test_rsna_is_dicom_as_published_with_boxes_on_the_ill_only(made):
    root, sidecar, data = made("rsna_pneumonia")
    for row in data.rows:
        assert bool(row["boxes"]) == (row["label"] == "pneumonia")
        if row["exclude"] != "unreadable":
            header = dcmread(root / row["image"], stop_before_pixels=True)
            assert (header.Rows, header.Columns, header.Modality) == (1024, 1024, "CR")
            assert header.file_meta.TransferSyntaxUID.name == "JPEG Baseline (Process 1)"
            assert str(header.PatientName) == "SYNTHETIC^PHANTOM"
            assert header.PatientID in row["image"]
    assert [row["exclude"] for row in data.rows if row["exclude"]].count("unreadable") == 1
    assert "not listed in stage_2_train_labels.csv" in {row["exclude"] for row in data.rows}
    assert max(row["boxes"].count(";") for row in data.rows) <= 3
    assert len(sidecar["faults"]) == 2


def test_covid_ct_has_whole_patients_in_each_part_and_its_faults(made):
    _, _, data = made("covid_ct")
    assert not any(data.description["shared_patients"]["official"].values())
    assert Counter(row["exclude"] for row in data.rows if row["exclude"]) == {"unreadable": 1, "in no table": 1}


def test_ucsd_lists_find_renamed_files_and_miss_what_is_not_there(made):
    _, sidecar, data = made("ucsd_covid_ct")
    rows = {row["image"]: row for row in data.rows}
    absent, unlisted, renamed = (fault["image"] for fault in sidecar["faults"])
    assert (rows[absent]["exclude"], bool(rows[absent]["split"])) == ("unreadable", True)
    assert (rows[unlisted]["exclude"], rows[unlisted]["split"]) == ("", "")
    assert rows[renamed]["split"]
    assert all(row["patient"] for row in data.rows)


def test_cc_ccii_notes_what_is_odd_about_the_numbers(made):
    _, sidecar, data = made("cc_ccii")
    place = {fault["kind"]: fault["image"] for fault in sidecar["faults"]}
    rows = {row["image"]: row for row in data.rows}
    note = {image.rpartition("/")[0]: row["numbering"] for image, row in rows.items() if row["label"]}
    assert {kind: note[place[kind]] for kind in (GAP, MIXED) if place[kind] in note} != {}
    for kind, words in ((GAP, "numbers missing"), (MIXED, "jpg and png")):
        assert words in note.get(place[kind], words)
    assert rows[place[STRAY]]["exclude"] == "not in the folder of a scan"
    heights = [sidecar["images"][image]["height"] for image in sorted(rows) if image.startswith(place[DISORDER])]
    assert heights != sorted(heights)
    assert {row["exclude"] for row in data.rows if row["finding"] == "Normal"} <= {
        "not in this problem", "not in the folder of a scan",
    }  # fmt: skip


def test_soares_slices_have_sizes_of_their_own(made):
    root, sidecar, data = made("soares")
    assert len({Image.open(root / path).size for path in sidecar["images"]}) >= PATIENTS - 2
    assert {row["patient"] for row in data.rows} == {""}
