import csv
import json
from collections import Counter

import numpy as np
import pytest
import torch

from common.datasets.audit.checks import audit
from common.datasets.audit.findings import HANDLED, NOTE
from common.datasets.ddti import AS_PUBLISHED, PUBLISHED, list_images
from common.datasets.index import is_kept, masks
from common.datasets.items import read_items, read_masked
from common.datasets.prepare import prepare
from common.datasets.store import write_store
from common.datasets.summary import summary
from common.errors import DatasetError
from common.io.decode import decode_image
from common.phantoms.ddti import FEW, FRAMELESS, IDENTICAL, NEAR, OUTSIDE, UNPARSABLE, write
from common.transforms.masks import lesions

SCORES = {1: "2", 2: "3", 3: "4a", 4: "4b", 5: "4c", 6: "5", 7: ""}
"""TI-RADS by case."""


def write_case(root, case, tirads, frames=1):
    marks = "".join(f"<mark><image>{n}</image><svg>[]</svg></mark>" for n in range(1, frames + 1))
    (root / f"{case}.xml").write_text(f"<case><number>{case}</number><tirads>{tirads}</tirads>{marks}</case>")
    for frame in range(1, frames + 1):
        (root / f"{case}_{frame}.jpg").touch()


@pytest.fixture
def ddti(tmp_path):
    """A download laid out as DDTI: seven cases, the first with two frames; the images are empty files."""
    root = tmp_path / "thyroid"
    root.mkdir()
    for case, tirads in SCORES.items():
        write_case(root, case, tirads, frames=2 if case == 1 else 1)
    return root


@pytest.fixture(scope="module")
def phantoms(tmp_path_factory):
    """Forty phantom cases, and what is prepared of them."""
    folder = tmp_path_factory.mktemp("ddti")
    write(folder / "original", patients=40, seed=0, difficulty=0.0)
    return folder / "original", prepare("ddti", folder / "original", folder / "data")


def rows_of(root):
    return {row["image"]: row for row in list_images(root)[1]}


def test_the_score_gives_the_class_and_the_case_the_patient(ddti):
    rows = rows_of(ddti)
    found = {row["tirads"]: row["label"] for row in rows.values()}
    malignant = dict.fromkeys(("4a", "4b", "4c", "5"), "malignant")
    assert found == {"2": "benign", "3": "benign", **malignant, "": ""}
    assert [rows[f"1_{n}.jpg"]["patient"] for n in (1, 2)] == ["1", "1"]
    assert {row["exclude"] for row in rows.values() if row["label"]} == {""}


def test_an_image_without_a_score_is_excluded_and_not_benign(ddti):
    row = rows_of(ddti)["7_1.jpg"]
    assert (row["label"], row["exclude"]) == ("", "no TI-RADS")


@pytest.mark.parametrize("text", [" 4C\n", "4C", "4c "])
def test_a_score_is_read_however_it_is_written(ddti, text):
    write_case(ddti, 8, text)
    assert rows_of(ddti)["8_1.jpg"]["label"] == "malignant"


@pytest.mark.parametrize(
    ("damage", "image", "reason"),
    [
        (lambda root: (root / "2.xml").unlink(), "2_1.jpg", "no XML"),
        (lambda root: (root / "2.xml").write_text("<case><tirads>3"), "2_1.jpg", "damaged XML: 2.xml"),
        (lambda root: write_case(root, 2, "6"), "2_1.jpg", "unknown TI-RADS: 6"),
        (lambda root: (root / "2.xml").write_text("<case></case>"), "2_1.jpg", "no TI-RADS"),
        (lambda root: (root / "a.jpg").touch(), "a.jpg", "not named <case>_<n>.jpg"),
    ],
)
def test_what_cannot_be_used_is_excluded_with_the_reason(ddti, damage, image, reason):
    damage(ddti)
    rows = rows_of(ddti)
    assert rows[image]["exclude"] == reason
    assert rows[image]["label"] == ""
    assert rows["3_1.jpg"]["exclude"] == ""


def test_a_frame_that_an_xml_names_is_not_passed_over_if_missing(ddti):
    (ddti / "1_2.jpg").unlink()
    row = rows_of(ddti)["1_2.jpg"]
    assert (row["label"], row["patient"], row["exclude"]) == ("benign", "1", "")


def test_other_files_and_hidden_ones_are_no_images(ddti):
    for name in (".1_3.jpg", "readme.txt", "phantoms.json"):
        (ddti / name).touch()
    assert len(rows_of(ddti)) == 8


@pytest.mark.parametrize(("pattern", "missing"), [("*.jpg", "<case>_<n>.jpg"), ("*.xml", "<case>.xml")])
def test_another_layout_names_what_is_missing(ddti, pattern, missing):
    for path in ddti.glob(pattern):
        path.unlink()
    with pytest.raises(DatasetError, match=f"is not DDTI as published: it has no {missing}"):
        list_images(ddti)


def test_as_published_every_item_says_that_its_captions_stay(ddti, phantoms, tmp_path):
    root, rows = AS_PUBLISHED.list_images(ddti)
    assert root == ddti
    assert [{**row, "captions": "keep"} for row in PUBLISHED.list_images(ddti)[1]] == rows
    kept = prepare("ddti", phantoms[0], tmp_path / "data", as_published=True)
    for data, expected in ((kept, "keep"), (phantoms[1], "crop")):
        items = read_items(data.folder, data.class_names, fold=0, part="train")
        assert {item["captions"] for item in items} == {expected}


def test_a_store_is_without_captions_unless_they_stay(phantoms, tmp_path):
    _, data = phantoms
    kept = prepare("ddti", phantoms[0], tmp_path / "data", as_published=True)
    cropped, whole = (np.load(write_store(each, image_size=[36, 56], window="none")) for each in (data, kept))
    assert len(cropped) == len(whole) == len(data.rows)
    for position, row in enumerate(data.rows):
        if row["exclude"] == "unreadable":
            continue
        frame = decode_image(data.root / row["image"])
        for array, shown in ((cropped, frame[:298]), (whole, frame)):
            small = torch.nn.functional.adaptive_avg_pool2d(torch.tensor(shown)[None], (36, 56))[0].numpy()
            assert np.abs(array[position] - 255 * small * (not row["exclude"])).max() <= 0.501


def test_the_known_faults_are_found_in_phantoms_and_dealt_with(phantoms):
    original, data = phantoms
    faults = json.loads((original / "phantoms.json").read_text())["faults"]
    planted = {kind: {frozenset((fault["image"], fault["of"])) for fault in faults if fault["kind"] == kind}
               for kind in (IDENTICAL, NEAR)}  # fmt: skip
    findings = audit(data.folder)
    for kind, pairs in (("exact duplicates", planted[IDENTICAL]), ("near duplicates", planted[NEAR])):
        assert pairs <= {frozenset(finding.files) for finding in findings.of_kind(kind)}
        assert {finding.verdict for finding in findings.of_kind(kind)} == {HANDLED}
    in_a_group = {row["image"] for row in data.rows if row["group"]}
    sources = {fault["of"] for fault in faults if fault["kind"] in (IDENTICAL, NEAR)}
    cases = {image.split("_")[0] for pair in (*planted[IDENTICAL], *planted[NEAR]) for image in pair}
    assert {image.split("_")[0] for image in in_a_group} == cases
    assert sources <= in_a_group
    captions = findings.of_kind("burned-in text")
    assert len(captions) > 0.9 * len(data.rows)
    assert {finding.verdict for finding in captions} == {NOTE}
    assert not findings.spoiled


def test_phantoms_have_unscored_cases_as_the_original_has(phantoms):
    _, data = phantoms
    said = summary(data)
    assert data.synthetic
    excluded = Counter(row["exclude"] for row in data.rows)
    assert f"excluded: {excluded['no TI-RADS']} no TI-RADS" in said
    assert set(excluded) == {"", "no TI-RADS", "unreadable"}  # the last: a frame that is named and not there
    assert 0.15 < excluded["no TI-RADS"] / len(data.rows) < 0.35


def masked(data):
    return [row for row in data.rows if is_kept(row) and row["mask"]]


def test_every_nodule_of_a_phantom_comes_back_as_a_mask_where_it_was_planted(phantoms):
    original, data = phantoms
    planted = json.loads((original / "phantoms.json").read_text())["images"]
    rows = masked(data)
    assert len(rows) > 20
    for row in rows:
        truth = planted[row["image"]]
        console, (nodule,) = truth["console"], truth["lesions"]
        (mask,) = lesions([data.root / contour for contour in masks(row)], size=(360, 560))
        line, column = (places.mean() for places in np.nonzero(mask))
        assert column == pytest.approx(console["left"] + nodule["across"] * console["width"], abs=12)
        assert line == pytest.approx(console["top"] + nodule["depth"] * console["height"], abs=12)


def test_contours_that_are_no_mask_are_listed_and_the_others_of_the_image_count(phantoms):
    original, data = phantoms
    with (data.folder / "left_out.csv").open() as file:
        lines = [line for line in csv.DictReader(file) if line["what"] == "contour"]
    listed = [(line["what"], line["where"].partition("#")[0], line["reason"]) for line in lines]
    reasons = {
        UNPARSABLE: "does not parse",
        OUTSIDE: "outside its image",
        FEW: "fewer than 3 points",
        FRAMELESS: "its image is not there",
    }
    faults = json.loads((original / "phantoms.json").read_text())["faults"]
    planted = [("contour", its["image"], reasons[its["kind"]]) for its in faults if its["kind"] in reasons]
    assert set(planted) <= set(listed)
    copied = {its["image"].replace("_1.jpg", ".xml") for its in faults if its["kind"] in (IDENTICAL, NEAR)}
    assert {where for _, where, _ in set(listed) - set(planted)} <= copied
    assert {reason for _, _, reason in listed} == set(reasons.values())
    rows = {row["image"]: row for row in data.rows}
    assert {number: rows[f"{number}_1.jpg"]["mask"] for number in (3, 5, 7, 13)} == {
        3: "",
        5: "5.xml#1.1",
        7: "7.xml#1.1",
        13: "13.xml#1.1",
    }
    assert f"contour: does not parse: {sum(reason == 'does not parse' for *_, reason in listed)}" in summary(data)


def test_for_segmentation_unscored_images_are_a_class_of_their_own(phantoms, tmp_path):
    original, scored = phantoms
    data = prepare("ddti", original, tmp_path / "data", task="segmentation")
    assert data.class_names == ["benign", "malignant", "unscored"]
    labels = Counter(row["label"] for row in data.rows)
    assert labels["unscored"] == sum(row["exclude"] == "no TI-RADS" for row in scored.rows) > 0
    assert set(Counter(row["exclude"] for row in data.rows)) == {"", "unreadable"}
    assert len(masked(data)) > len(masked(scored))


def test_the_items_of_segmentation_have_contours_for_labels(phantoms):
    _, data = phantoms
    by_image = {str(data.root / row["image"]): row for row in data.rows}
    for item in read_masked(data.folder, fold=0, part="train"):
        assert item["label"] == [str(data.root / contour) for contour in masks(by_image[item["image"]])]
        assert lesions(item["label"], size=(360, 560))[0].any()
