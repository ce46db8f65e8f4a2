"""What a frozen network's head leaves, beside what the bundle itself leaves: phantoms at 32 x 32 pixels."""

import json

import numpy as np
import pytest
import torch

from common.datasets.items import image_keys, read_every, read_items
from common.features.__main__ import main
from common.features.configured import configured
from common.features.network import network_of
from common.features.store import open_store
from common.metrics import read_predictions
from common.networks import Classifier
from common.weights.formats import read

from ..conftest import ROOT, TRAIN, places

EVALUATE = f"['{TRAIN}','bundles/breast_us/configs/evaluate.json']"
KNOBS = {
    **{"image_size": "[32, 32]", "max_epochs": "3", "num_workers": "0", "precision": "fp32", "trainable": "head"},
    **{"learning_rate": "0.01", "batch_size": "16", "seed": "3", "pretrained": "random", "device": "cpu"},
}


def words(**given):
    return [word for key, value in given.items() for word in (f"--{key}", str(value))]


@pytest.fixture(scope="module", autouse=True)
def _at_the_root():
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        yield


@pytest.fixture(scope="module")
def store(phantoms, tmp_path_factory):
    folder = tmp_path_factory.mktemp("store")
    assert main(["extract", *words(config_file=TRAIN, store=folder, views=2, dataset_dir=phantoms, **KNOBS)]) == 0
    return folder


@pytest.fixture(scope="module")
def trained(phantoms, store, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    where = {"config_file": TRAIN, "store": store, "dataset_dir": phantoms}
    assert main(["train", *words(**where), *places(folder), *words(**KNOBS)]) == 0
    return folder


def test_a_head_on_stored_features_says_what_the_network_says_of_the_images(phantoms, store):
    from monai.data import list_data_collate

    given = {**KNOBS, "dataset_dir": str(phantoms)}
    network, stored = network_of(TRAIN, given, {}), open_store(store)
    items = read_every(phantoms)
    preprocessing = configured(TRAIN, given).get_parsed_content("validate::preprocessing")
    batch = list_data_collate([preprocessing(item) for item in items[:8]])
    with torch.inference_mode():
        by_image = network.eval()(batch["image"].as_tensor())
        features = torch.from_numpy(stored.features[stored.rows(image_keys(items)[:8]), 0])
        by_features = network.classifier(features)
    assert torch.allclose(by_image, by_features, atol=1e-5)


def test_every_image_has_its_features_and_each_view_its_own(phantoms, store):
    stored, items = open_store(store), read_every(phantoms)
    assert set(stored.row) == set(image_keys(items))
    assert stored.features.shape == (len(items), 3, 2048)
    clean, first, second = np.moveaxis(stored.features, 1, 0)
    assert all(len(np.unique(its, axis=0)) == len(items) for its in (clean, first, second))
    assert not np.isclose(first, second).all(axis=1).any()


def test_what_is_trained_is_an_ordinary_model_with_its_backbone_untouched(trained, phantoms):
    state = read(trained / "models" / "model.pt").tensors
    Classifier("resnet50", 2).load_state_dict(state)
    begun = network_of(TRAIN, {**KNOBS, "dataset_dir": str(phantoms)}, {}).state_dict()
    changed = {name for name in begun if not torch.equal(begun[name], state[name])}
    assert changed == {"classifier.1.weight", "classifier.1.bias"}
    card = json.loads((trained / "models" / "model.json").read_text())
    assert (card["trainable"], card["features"]["views"], card["weights_source"]) == ("head", 2, "random weights")


def test_evaluate_json_takes_it_as_it_is_and_agrees_with_the_evaluation_from_features(
    trained, store, phantoms, run_bundle, tmp_path
):
    where = {"config_file": EVALUATE, "store": store, "dataset_dir": phantoms}
    assert main(["evaluate", *words(**where), *places(trained)]) == 0
    ours = read_predictions(trained / "eval" / "predictions.csv")
    from_features = json.loads((trained / "eval" / "metrics.json").read_text())
    options = words(dataset_dir=phantoms, num_workers=0, precision="fp32")
    ended = run_bundle("--config_file", EVALUATE, *places(trained), *options)
    assert ended.code == 0, ended.output
    bundles = read_predictions(trained / "eval" / "predictions.csv")
    assert ours.image.tolist() == bundles.image.tolist()
    assert ours.probabilities == pytest.approx(bundles.probabilities, abs=1e-4)
    assert from_features["test"]["auc"]["value"] == pytest.approx(
        json.loads((trained / "eval" / "metrics.json").read_text())["test"]["auc"]["value"], abs=0.02
    )


def test_batches_that_make_one_step_together_are_one_batch(trained, store, phantoms, tmp_path):
    where = {"config_file": TRAIN, "store": store, "dataset_dir": phantoms}
    knobs = {**KNOBS, "batch_size": "8", "train::trainer::accumulation_steps": "2"}
    assert main(["train", *words(**where), *places(tmp_path), *words(**knobs)]) == 0
    halved, whole = (
        read(folder / "models" / "model.pt").tensors["classifier.1.weight"] for folder in (tmp_path, trained)
    )
    assert torch.equal(halved, whole)


def test_a_run_is_the_same_again_whatever_ran_before_it(trained, store, phantoms, tmp_path):
    where = {"config_file": TRAIN, "store": store, "dataset_dir": phantoms}
    assert main(["train", *words(**where), *places(tmp_path / "other"), *words(**{**KNOBS, "seed": "4"})]) == 0
    assert main(["train", *words(**where), *places(tmp_path / "again"), *words(**KNOBS)]) == 0
    first, again, other = (
        read(folder / "models" / "model.pt").tensors["classifier.1.weight"]
        for folder in (trained, tmp_path / "again", tmp_path / "other")
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_a_store_of_other_images_is_refused_in_a_line(store, other_phantoms, tmp_path, capsys):
    other = read_items(other_phantoms, ["benign", "malignant"], fold=0, part="train")
    assert set(image_keys(other)) - set(open_store(store).row)
    where = {"config_file": TRAIN, "store": store, "dataset_dir": other_phantoms}
    assert main(["train", *words(**where), *places(tmp_path), *words(**KNOBS)]) == 1
    assert "error: " in capsys.readouterr().err


def test_a_model_is_scored_on_its_own_fold_only(trained, store, phantoms, capsys):
    where = {"config_file": EVALUATE, "store": store, "dataset_dir": phantoms, "fold": 1}
    assert main(["evaluate", *words(**where), *places(trained)]) == 1
    assert "a model is used as it was trained, with fold 0; got 1" in capsys.readouterr().err
