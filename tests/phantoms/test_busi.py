import json
import re
from collections import Counter, defaultdict

import numpy as np
import pytest
from PIL import Image

from common.phantoms.busi import CONFLICT, EXACT, FOREIGN, FORGOTTEN, MASK_FAULTS, NEAR, RESIZED, ROOT, write

PATIENTS = 25
COPIES = {EXACT, CONFLICT, NEAR}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    out = tmp_path_factory.mktemp("busi") / "phantoms"
    write(out, patients=PATIENTS, seed=0, difficulty=0.2)
    return out


@pytest.fixture(scope="module")
def sidecar(root):
    return json.loads((root / "phantoms.json").read_text())


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def masks_of(root, path):
    return sorted((root / path).parent.glob(f"{(root / path).stem}_mask*.png"))


def grey(path):
    return np.asarray(Image.open(path).convert("L"))


def test_a_larger_set_extends_a_smaller_one(root, tmp_path):
    write(tmp_path / "small", patients=12, seed=0, difficulty=0.2)
    small, large = contents(tmp_path / "small"), contents(root)
    sidecars = [json.loads(each.pop("phantoms.json")) for each in (small, large)]
    assert small.items() <= large.items()
    assert sidecars[0]["images"].items() <= sidecars[1]["images"].items()
    assert sidecars[1]["faults"][: len(sidecars[0]["faults"])] == sidecars[0]["faults"] != []


def test_names_are_numbered_per_class_and_every_file_belongs(root, sidecar):
    names = {path.name for path in root.rglob("*.png")}
    shape = r"(benign|malignant|normal) \(\d+\)(_mask(_\d)?)?\.png"
    assert all(re.fullmatch(shape, name) for name in names)
    counts = Counter(entry["label"] for entry in sidecar["images"].values())
    expected = {f"{ROOT}/{each}/{each} ({k}).png" for each, count in counts.items() for k in range(1, count + 1)}
    assert set(sidecar["images"]) == expected
    assert set(counts) == {"benign", "malignant", "normal"}


def test_images_are_rgb_with_equal_channels_and_masks_fit(root, sidecar):
    spoilt = {fault["image"] for fault in sidecar["faults"] if fault["kind"] in (RESIZED, FORGOTTEN, FOREIGN)}
    assert len(spoilt) == 3
    for path, entry in sidecar["images"].items():
        if path in spoilt:
            continue
        image, masks = Image.open(root / path), masks_of(root, path)
        assert image.mode == "RGB"
        channels = np.asarray(image)
        assert (channels == channels[..., :1]).all()
        assert len(masks) == max(len(entry["lesions"]), 1)
        for mask in masks:
            assert grey(mask).shape == channels.shape[:2]
            assert set(np.unique(grey(mask))) == ({0, 255} if entry["lesions"] else {0})


def test_some_images_have_two_masks_and_one_mask_is_rgba(root, sidecar):
    assert any(len(entry["lesions"]) == 2 for entry in sidecar["images"].values())
    modes = Counter(Image.open(mask).mode for path in sidecar["images"] for mask in masks_of(root, path))
    assert set(modes) == {"L", "RGBA"}
    assert modes["RGBA"] <= 2


def test_patients_have_one_class_in_the_published_proportions_and_up_to_three_images(sidecar):
    copies = {fault["image"] for fault in sidecar["faults"] if fault["kind"] in COPIES}
    patients = defaultdict(list)
    for path, entry in sidecar["images"].items():
        if path not in copies:
            patients[entry["patient"]].append(entry["label"])
    assert sorted(patients) == list(range(1, PATIENTS + 1))
    assert Counter(labels[0] for labels in patients.values()) == {"benign": 14, "malignant": 7, "normal": 4}
    assert all(len(set(labels)) == 1 for labels in patients.values())
    assert Counter(len(labels) for labels in patients.values())[3] <= 7


def test_the_faults_are_listed_and_really_there(root, sidecar):
    assert {fault["kind"] for fault in sidecar["faults"]} == {*COPIES, RESIZED, FORGOTTEN, FOREIGN}
    for fault in [fault for fault in sidecar["faults"] if fault["kind"] in COPIES]:
        copy, source = root / fault["image"], root / fault["of"]
        labels = [sidecar["images"][fault[key]]["label"] for key in ("image", "of")]
        assert copy.read_bytes() != source.read_bytes()
        assert sidecar["images"][fault["image"]]["patient"] == sidecar["images"][fault["of"]]["patient"]
        assert labels == ["malignant", "benign"] if fault["kind"] == CONFLICT else labels[0] == labels[1]
        if fault["kind"] == NEAR:
            pair = [Image.open(path).convert("L").resize((32, 32), Image.Resampling.BOX) for path in (copy, source)]
            assert Image.open(copy).size != Image.open(source).size
            assert np.corrcoef(*(np.asarray(each, dtype=float).ravel() for each in pair))[0, 1] > 0.95
        else:
            assert (grey(copy) == grey(source)).all()


def test_the_faults_of_masks_are_really_there(root, sidecar):
    for fault in sidecar["faults"]:
        if fault["kind"] in COPIES:
            continue
        mask, image = grey(masks_of(root, fault["image"])[0]), grey(root / fault["image"])
        assert sidecar["images"][fault["image"]]["lesions"]
        if fault["kind"] == RESIZED:
            assert mask.shape == tuple((side + 1) // 2 for side in image.shape)
        elif fault["kind"] == FORGOTTEN:
            assert mask.shape == image.shape
            assert not mask.any()
        else:
            np.testing.assert_array_equal(mask, grey(masks_of(root, fault["of"])[0]))
            assert sidecar["images"][fault["image"]]["patient"] != sidecar["images"][fault["of"]]["patient"]


@pytest.mark.parametrize("seed", range(5, 9))
def test_the_faults_of_masks_are_planted_whatever_the_seed(tmp_path, seed):
    write(tmp_path / "busi", patients=16, seed=seed, difficulty=0.2)
    kinds = [fault["kind"] for fault in json.loads((tmp_path / "busi" / "phantoms.json").read_text())["faults"]]
    assert [kinds.count(kind) for kind in MASK_FAULTS] == [1, 1, 1]


def test_no_other_images_are_equal(root, sidecar):
    groups = defaultdict(list)
    for path in sidecar["images"]:
        groups[grey(root / path).tobytes()].append(path)
    pairs = {frozenset(paths) for paths in groups.values() if len(paths) > 1}
    exact = [fault for fault in sidecar["faults"] if fault["kind"] in (EXACT, CONFLICT)]
    listed = {frozenset((fault["image"], fault["of"])) for fault in exact}
    assert pairs == listed
