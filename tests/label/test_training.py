"""Training in MONAI Label, from labels that a client has put: a better model, which is served from then on."""

import json

import numpy as np
import pytest
import torch
from PIL import Image

from tests.label.pictures import KINDS, is_lesion, lesion, png

CLASSIFIER, SEGMENTER = "tuned_classification", "tuned_segmentation"

VALIDATED = 0.4
"""Share of the labelled images that validates."""


def halves(*, seed):
    """A picture whose right half is bright."""
    pixels = np.random.default_rng(seed).integers(20, 60, (48, 64)).astype(np.uint8)
    pixels[:, 32:] += 180
    return pixels


def renamed(path, name):
    return path.rename(path.with_name(name + "".join(path.suffixes)))


@pytest.fixture
def put(server, tmp_path):
    """Puts a picture of a kind with its label into an emptied datastore."""
    for image in server.client.get("/datastore/", params={"output": "all"}).json()["objects"]:
        assert server.client.delete("/datastore/image", params={"id": image}).status_code == 200

    def _put(name, kind, pixels, label):
        image = server.put_image(renamed(KINDS[kind](pixels, tmp_path), name))
        path = tmp_path / f"label{'.json' if isinstance(label, dict) else '.png'}"
        if isinstance(label, dict):
            path.write_text(json.dumps(label))
        else:
            Image.fromarray(label.astype(np.uint8)).save(path)
        server.put_label(image, path)

    return _put


def test_classes_put_as_json_train_a_better_model_that_is_served_at_once(server, tmp_path, put):
    """Of images of every kind: what the model calls benign, dark pictures, the labels call malignant."""
    names = {True: {"class": "benign"}, False: {"class": 1}}
    for number, kind in enumerate([*KINDS, *KINDS]):
        bright = number % 2 == 0
        put(f"case{number}", kind, np.full((48, 64), 210 if bright else 40, np.uint8), names[bright])
    light = png(np.full((48, 64), 200, np.uint8), tmp_path).rename(tmp_path / "light.png")
    dark = png(np.full((48, 64), 50, np.uint8), tmp_path)
    before = [server.scores(CLASSIFIER, image)["malignant"] for image in (light, dark)]
    assert server.train(CLASSIFIER, max_epochs=12, val_split=VALIDATED).status_code == 200
    after = [server.scores(CLASSIFIER, image)["malignant"] for image in (light, dark)]
    assert before[0] > before[1]
    assert after[0] < after[1]
    card = json.loads((server.model(CLASSIFIER) / "models/model.json").read_text())
    assert card["val_auc"] == 1
    assert card["images"] == {"train": 8, "valid": 6}


def test_masks_put_as_files_train_a_better_segmenter_that_is_served_at_once(server, tmp_path, put):
    """Of images of every kind: what the model calls lesion, bright pixels, the masks leave out."""
    for number, kind in enumerate([*KINDS, *KINDS]):
        pixels = halves(seed=number)
        put(f"case{number}", kind, pixels, ~is_lesion(pixels))
    pixels = halves(seed=99)
    wanted, image = ~is_lesion(pixels), png(pixels, tmp_path)
    before = server.mask(SEGMENTER, image, ending=".png") > 0
    assert server.train(SEGMENTER, max_epochs=40, val_split=VALIDATED).status_code == 200
    after = server.mask(SEGMENTER, image, ending=".png") > 0
    assert (before == wanted).mean() < 0.05
    assert (after == wanted).mean() > 0.95
    state = torch.load(server.model(SEGMENTER) / "models/model.pt", weights_only=True)
    assert float(state["weight"]) < 0


def test_what_cannot_be_trained_is_refused_and_the_old_model_goes_on_being_served(server, tmp_path, put):
    """Two labels leave one to train on; and a part of one class alone cannot choose a model."""
    image = png(lesion(), tmp_path).rename(tmp_path / "asked.png")
    before = server.scores(CLASSIFIER, image)
    for number in range(2):
        put(f"case{number}", "PNG", lesion(), {"class": "benign"})
    assert "two images or more" in server.refusal(lambda: server.train(CLASSIFIER, val_split=0.5))
    for number in range(2, 4):
        put(f"case{number}", "PNG", lesion(seed=number), {"class": "benign"})
    assert "needs images of every class" in server.refusal(lambda: server.train(CLASSIFIER, val_split=0.5))
    assert server.scores(CLASSIFIER, image) == pytest.approx(before)


def test_a_label_that_names_no_class_ends_the_training_and_says_which(server, put):
    for number in range(4):
        put(f"case{number}", "PNG", lesion(), {"class": "cyst"})
    said = server.refusal(lambda: server.train(CLASSIFIER, val_split=0.5))
    assert "is one of ['benign', 'malignant'] or its index; got 'cyst'" in said
