import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from common.datasets.audit.answers import WARNS_FROM
from common.datasets.audit.findings import NOTE
from common.datasets.audit.shortcuts import MOST, find_shortcuts, sample, warnings
from common.datasets.audit.traces import Trace, trace_of
from common.datasets.folds import assign_folds
from common.datasets.prepared import PreparedDataset, read_prepared
from common.io.decode import decode_image

BENIGN, MALIGNANT = "benign", "malignant"


def described(rows, *, task="binary", class_names=(BENIGN, MALIGNANT)):
    return PreparedDataset(Path(), {"task": task, "class_names": list(class_names)}, rows)


@pytest.fixture(scope="module")
def clean_rows(make_row):
    """60 patients of two images each, a third of them malignant, dealt to folds."""

    def make(seed=0, **columns):
        malignant = np.random.default_rng(seed).permutation(np.arange(60) < 20)
        rows = [
            make_row(n, **{"label": MALIGNANT if malignant[n // 2] else BENIGN, "patient": f"p{n // 2}", **columns})
            for n in range(120)
        ]
        for row, fold in zip(rows, assign_folds(rows), strict=True):
            row["fold"] = fold
        return rows

    return make


def asked(rows, traces):
    """Whether each suspect warns; None for one that is silent."""
    return {
        its.suspect: its.warns if its.auc else None for its in find_shortcuts(described(rows), rows, traces).answers
    }


def caption(draw, malignant):
    draw.text((4, 83), "TIRADS 4C" if malignant else "TIRADS 2", fill=255, font_size=10)


def marker(draw, malignant):
    if malignant:
        draw.rectangle((70, 30, 71, 50), fill=200)


@pytest.mark.parametrize(
    ("plant", "suspects"),
    [
        ({}, set()),
        ({"draw": caption}, {"ink"}),
        ({"draw": marker}, {"border"}),
        ({"height": {BENIGN: 96, MALIGNANT: 104}}, {"size"}),
        ({"quality": {BENIGN: 90, MALIGNANT: 75}}, {"file"}),
        ({"device": {BENIGN: "A", MALIGNANT: "B"}}, {"device"}),
    ],
)
def test_a_planted_shortcut_is_found_and_nothing_else(clean_rows, speckle, tmp_path, plant, suspects):
    rows, traces = clean_rows(), []
    for number, row in enumerate(rows):
        row["device"] = plant["device"][row["label"]] if "device" in plant else "AB"[number // 2 % 2]
        height = plant["height"][row["label"]] if "height" in plant else 96 + number // 2 % 3
        picture = Image.fromarray(speckle(number, height=height))
        if "draw" in plant:
            plant["draw"](ImageDraw.Draw(picture), row["label"] == MALIGNANT)
        path = tmp_path / f"{number}.jpg"
        picture.save(path, quality=plant["quality"][row["label"]] if "quality" in plant else 90)
        traces.append(trace_of(path, np.asarray(picture, dtype=np.float32) / 255))
    assert {name for name, warns in asked(rows, traces).items() if warns} == suspects


@pytest.fixture(scope="module")
def pictures(phantoms):
    """The phantoms' rows, and their images."""
    data = read_prepared(phantoms)
    return data, [decode_image(data.root / row["image"]) for row in data.rows]


@pytest.mark.parametrize(
    ("plant", "suspects"),
    [
        (lambda image, _: image, set()),
        (lambda image, malignant: lettered(image, "TIRADS 4C (4C)") if malignant else image, {"ink"}),
        (lambda image, malignant: exported(image) if malignant else image, {"size"}),
        (lambda image, malignant: np.pad(image, ((0, 0), (0, 9 * malignant)))[:, 9 * malignant :], {"border"}),
    ],
    ids=["clean", "caption", "size", "black border"],
)
def test_a_shortcut_planted_in_phantoms_is_found_and_nothing_else(pictures, plant, suspects):
    data, images = pictures
    traces = [
        trace_of(data.root / row["image"], plant(image, row["label"] == MALIGNANT))
        for row, image in zip(data.rows, images, strict=True)
    ]
    assert {its.suspect for its in find_shortcuts(data, data.rows, traces).answers if its.warns} == suspects


def lettered(image, text):
    """Text in the last rows, as a console writes it."""
    picture = Image.fromarray((255 * image).astype(np.uint8))
    ImageDraw.Draw(picture).text((image.shape[1] // 3, image.shape[0] - 18), text, fill=230, font_size=12)
    return np.asarray(picture, dtype=np.float32) / 255


def exported(image):
    """The image in the size that some other program gives to all of its images."""
    return np.asarray(Image.fromarray(image).resize((480, 400)))


def test_classes_taken_one_after_the_other_are_found(clean_rows):
    rows = sorted(clean_rows(), key=lambda row: row["label"])
    for number, row in enumerate(rows):
        row["image"] = f"scan {number}.png"
    blank = Trace((96, 72), np.zeros(112), np.zeros(128), {}, 0.0, "")
    assert asked(rows, [blank] * len(rows)) == {"size": None, "border": None, "ink": None, "file": None, "order": True}


def drawn(generator, patients):
    """Traces that know nothing: what they have, a patient has, whatever the label."""
    number = len(patients)
    codes = np.unique(patients, return_inverse=True)[1]
    shared, own = generator.normal(size=(2, number, 240))
    table = (0.5 + 0.1 * shared[codes] + 0.05 * own).astype(np.float32)
    heights, qualities = generator.integers(90, 99, size=(2, number))
    return [
        Trace(
            (int(heights[code]), 72), row[:112], row[112:], {"mode": "L" if heights[code] % 2 else "RGB"}, quality, ""
        )
        for code, row, quality in zip(codes, table, qualities, strict=True)
    ]


@pytest.mark.slow
def test_clean_sets_do_not_trigger_in_95_of_100_seeds(clean_rows):
    triggered = 0
    for seed in range(100):
        generator, rows = np.random.default_rng(seed), clean_rows(seed)
        for row in rows:
            row["device"] = "ABC"[int(row["patient"][1:]) % 3]
        traces = drawn(generator, [row["patient"] for row in rows])
        triggered += bool(warnings(find_shortcuts(described(rows), rows, traces)))
    assert triggered <= 5


def test_only_what_says_where_and_how_an_image_was_taken_is_suspected(clean_rows):
    rows = clean_rows(ScannerName="x", histology="cyst", side="left", **{"label:cyst": "1"})
    for row in rows:
        row["ScannerName"] = row["side"] = row["histology"] = row["label"]
    traces = drawn(np.random.default_rng(0), [row["patient"] for row in rows])
    assert {name for name, warns in asked(rows, traces).items() if warns} == {"ScannerName", "side"}


def test_of_several_findings_the_best_known_is_told_and_few_patients_are_not_asked(clean_rows):
    names, rows = ("bleeding", "fracture", "rare"), clean_rows()
    for number, row in enumerate(rows):
        patient = number // 2
        row |= {"label": "", "label:bleeding": "01"[patient % 3 == 0], "label:rare": "01"[patient < 9]}
        row["label:fracture"] = "" if number == 7 else "01"[patient % 4 == 0]
        row |= {"device": "AB"[patient % 3 == 0], "side": "AB"[patient % 4 == 0], "fold": str(patient % 5)}
    traces = drawn(np.random.default_rng(0), [row["patient"] for row in rows])
    found = find_shortcuts(described(rows, task="multilabel", class_names=names), rows, traces)
    known = {its.suspect: (its.class_name, its.auc.value, its.auc.n) for its in found.answers if its.warns}
    assert known == {"device": ("bleeding", 1.0, 120), "side": ("fracture", 1.0, 119)}
    assert found.about.endswith("not asked, with fewer than 10 patients on a side: rare")


def test_a_set_of_few_patients_is_not_asked_at_all(clean_rows):
    rows = clean_rows()[:40]
    found = find_shortcuts(described(rows), rows, drawn(np.random.default_rng(0), [row["patient"] for row in rows]))
    assert found.answers == []
    assert "not asked" in found.about


def test_unknown_patients_make_it_image_level(clean_rows):
    rows = clean_rows(patient="")
    found = find_shortcuts(described(rows), rows, drawn(np.random.default_rng(0), [str(n) for n in range(120)]))
    assert found.about.startswith("120 of 120 images (patients unknown: image-level, optimistic)")
    assert len([its for its in found.answers if its.auc]) == 5


def test_a_warning_is_a_note_with_pictures_and_survives_as_json(clean_rows):
    rows = clean_rows()
    traces = drawn(np.random.default_rng(0), [row["patient"] for row in rows])
    traces = [
        its._replace(border=its.border + (row["label"] == MALIGNANT)) for its, row in zip(traces, rows, strict=True)
    ]
    found = find_shortcuts(described(rows), rows, traces)
    [finding] = warnings(found)
    assert (finding.kind, finding.verdict) == ("possible shortcuts", NOTE)
    assert finding.detail.startswith(
        "border (the outermost sixteenth, without the middle below) alone: AUC of malignant 1"
    )
    label_of = {row["image"]: row["label"] for row in rows}
    assert [label_of[image] for image in finding.files] == [MALIGNANT] * 3 + [BENIGN] * 3
    answers = {its["suspect"]: its for its in json.loads(json.dumps(found.as_json()))["answers"]}
    assert answers["border"]["possible_shortcut"] is True
    assert answers["border"]["auc"]["low"] > WARNS_FROM
    assert answers["size"]["possible_shortcut"] is False


def test_the_sample_follows_from_the_keys_alone(make_row):
    rows = [make_row(n, exclude="unreadable" if n == 3 else "") for n in range(MOST + 500)]
    chosen = sample(rows)
    assert len(chosen) == MOST
    assert chosen == sample(rows[::-1])
    assert rows[3] not in sample(rows[:100])
    small = {row["image"] for row in sample(rows[: MOST + 100])}
    assert len(small & {row["image"] for row in chosen}) > MOST * 0.8, "more images replace few of those chosen"
