"""Classification in MONAI Label: a probability for each class, whatever kind of file asks."""

import json
from pathlib import Path

import nibabel
import numpy as np
import pytest

from tests.conftest import ROOT
from tests.label.conftest import TEN
from tests.label.pictures import KINDS, LPS, ct, lesion, nifti, png

EXEMPLAR = "breast_us_classification"


def test_all_ten_load_in_one_server_under_their_kind(server, exported_bundles):
    models = server.client.get("/info").json()["models"]
    for name in TEN:
        folder = exported_bundles[name].name
        assert models[folder]["type"] == folder.rpartition("_")[2]
        assert models[folder]["dimension"] == 2


@pytest.mark.parametrize("name", [name for name in TEN if not name.endswith("_segmentation")])
def test_each_answers_with_a_probability_for_each_of_its_classes(server, exported_bundles, tmp_path, name):
    head = json.loads((ROOT / "bundles" / name / "configs/train.json").read_text())
    image = (nifti if head["window"] == "none" else ct)(lesion(), tmp_path)
    scores = server.scores(exported_bundles[name].name, image)
    assert list(scores) == [class_name.lower() for class_name in head["class_names"]]
    assert all(0 < score < 1 for score in scores.values())
    if head["task"] != "multilabel":
        assert sum(scores.values()) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [(48, 64), (90, 50)])
def test_every_kind_of_file_of_one_picture_gets_one_answer(server, tmp_path, kind, size):
    expected = server.scores(EXEMPLAR, png(lesion(size), tmp_path))
    assert server.scores(EXEMPLAR, KINDS[kind](lesion(size), tmp_path)) == pytest.approx(expected, abs=0.01)


def test_an_image_of_the_datastore_is_asked_for_by_its_name(server, tmp_path):
    expected = server.scores(EXEMPLAR, png(lesion(), tmp_path))
    image = server.put_image(png(lesion(), tmp_path).rename(tmp_path / "stored.png"))
    assert server.scores(EXEMPLAR, image) == pytest.approx(expected)


def test_a_series_is_asked_about_slice_by_slice(server, tmp_path):
    slices = [lesion(seed=1), lesion(bright=False, seed=2)]
    path = tmp_path / "series.nii.gz"
    nibabel.save(nibabel.Nifti1Image(np.stack([pixels.T for pixels in slices], axis=-1), LPS), path)
    for frame, pixels in enumerate(slices):
        expected = server.scores(EXEMPLAR, png(pixels, tmp_path))
        assert server.scores(EXEMPLAR, path, frame=frame) == pytest.approx(expected, abs=0.01)
    assert "holds 2 frames: name one" in server.refusal(lambda: server.infer(EXEMPLAR, path))


def test_a_damaged_file_is_refused_and_the_next_one_answered(server, tmp_path):
    good = png(lesion(), tmp_path)
    Path(tmp_path / "bad.png").write_bytes(good.read_bytes()[:100])
    assert "damaged or truncated" in server.refusal(lambda: server.infer(EXEMPLAR, tmp_path / "bad.png"))
    assert server.scores(EXEMPLAR, good)
