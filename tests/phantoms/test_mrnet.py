import json
from collections import Counter

import numpy as np
import pytest

from common.phantoms.mrnet import NO_VOLUME, OTHER_SHAPE, ROOT, UNLISTED, draw_tears, write


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    out = tmp_path_factory.mktemp("mrnet") / "phantoms"
    assert write(out, patients=7, seed=0, difficulty=0.2) == sum(len(np.load(path)) for path in out.rglob("*.npy"))
    return out


@pytest.fixture(scope="module")
def sidecar(root):
    return json.loads((root / "phantoms.json").read_text())


def listed(root, task):
    return {
        f"{ROOT}/{part}/sagittal/{exam}.npy": value
        for part in ("train", "valid")
        for exam, value in (line.split(",") for line in (root / ROOT / f"{part}-{task}.csv").read_text().split())
    }


def test_the_same_seed_gives_the_same_bytes(root, tmp_path):
    write(tmp_path / "again", patients=2, seed=0, difficulty=0.2)
    volumes = {path.relative_to(tmp_path / "again"): path.read_bytes() for path in (tmp_path / "again").rglob("*.npy")}
    assert len(volumes) == 2
    assert all((root / path).read_bytes() == data for path, data in volumes.items())


def test_volumes_are_as_published_but_for_the_planted_faults(root, sidecar):
    faults = {fault["kind"]: fault["image"] for fault in sidecar["faults"]}
    volumes = {path.relative_to(root).as_posix(): np.load(path) for path in root.rglob("*.npy")}
    assert {volume.dtype for volume in volumes.values()} == {np.dtype(np.uint8)}
    other = [path for path, volume in volumes.items() if volume.shape[1:] != (256, 256)]
    assert other == [faults[OTHER_SHAPE]]
    assert all(len(volume) == sidecar["images"][path]["slices"] for path, volume in volumes.items())
    assert set(listed(root, "acl")) ^ set(volumes) == {faults[NO_VOLUME], faults[UNLISTED]}
    assert faults[NO_VOLUME] not in volumes
    assert len(volumes) == 6


def test_tables_say_what_is_torn(root, sidecar):
    for task, part in (("acl", "ligament"), ("meniscus", "meniscus")):
        table = listed(root, task)
        for path, truth in sidecar["images"].items():
            assert table.get(path, "unlisted") in (str(int(truth["torn"][part])), "unlisted")
    abnormal, acl, meniscus = (listed(root, task) for task in ("abnormal", "acl", "meniscus"))
    assert {exam: max(acl[exam], meniscus[exam]) for exam in acl} == abnormal


def test_tears_have_the_published_proportions():
    tears = [draw_tears(patient, seed=0, key="test") for patient in range(1, 201)]
    assert Counter(tear["ligament"] for tear in tears)[True] == 40
    assert Counter(tear["meniscus"] for tear in tears)[True] == 80
