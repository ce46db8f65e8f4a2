"""The pretraining, from phantoms of 165 classes to weights that another bundle begins with."""

import csv
import json
import signal

import pytest
import torch

from common.metrics import read_predictions

from .conftest import ROOT, places

CONFIGS = "bundles/radimagenet_pretrain/configs"
SMALL = {"max_epochs": 2, "warmup_epochs": 1, "batch_size": 32, "learning_rate": 0.05, "num_workers": 0}


def knobs(**given):
    return [word for key, value in {**SMALL, "precision": "fp32", **given}.items() for word in (f"--{key}", str(value))]


@pytest.fixture(scope="module")
def train(run_bundle, store, tiny):
    """Trains on the store, into a folder."""

    def run(folder, *more, signal_when=None, **given):
        head = ["--dataset_dir", str(store), "--image_size", "[32,32]", *places(folder), *knobs(**given)]
        return run_bundle("--config_file", f"['{CONFIGS}/train.json','{tiny}']", *head, *more, signal_when=signal_when)

    return run


@pytest.fixture(scope="module")
def pretrained(train, run_bundle, store, tiny, tmp_path_factory):
    """The folder of a pretraining that was also evaluated."""
    folder = tmp_path_factory.mktemp("pretrained")
    for finished in (
        train(folder),
        run_bundle(
            "--config_file", f"['{CONFIGS}/train.json','{CONFIGS}/evaluate.json','{tiny}']",
            "--dataset_dir", str(store), *places(folder), "--num_workers", "0",
        ),
    ):  # fmt: skip
        assert finished.code == 0, finished.output
    return folder


def contents(folder):
    """What a training leaves, without how long it took."""
    card = json.loads((folder / "eval" / "run.json").read_text())
    history = [{key: value for key, value in epoch.items() if key != "seconds"} for epoch in card["history"]]
    return history, torch.load(folder / "models" / "model.pt", weights_only=True)


def assert_same(left, right):
    assert left[0] == right[0]
    assert left[1].keys() == right[1].keys()
    for name, tensor in left[1].items():
        assert torch.equal(tensor, right[1][name]), name


def test_every_class_and_kind_of_class_is_scored_with_its_interval(pretrained):
    metrics = json.loads((pretrained / "eval" / "metrics.json").read_text())
    scores = metrics["test"]
    for name in ("top1", "top5", "balanced_accuracy", "macro_f1", "macro_auc"):
        assert scores[name]["low"] <= scores[name]["value"] <= scores[name]["high"]
        assert scores[name]["n"] == scores["images"]
    assert scores["top1"]["value"] <= scores["top5"]["value"]
    assert metrics["level"] == "image-level: optimistic"
    assert set(metrics["modality"]) == {"CT", "MR", "US"}
    assert sum(group["classes"] for group in metrics["system"].values()) == 165
    with (pretrained / "eval" / "classes.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 165
    assert sum(int(line["test"]) for line in lines) == scores["images"]
    assert {line["synthetic"] for line in lines} == {"yes"}
    with (pretrained / "eval" / "predictions.csv").open(newline="") as file:
        images = list(csv.DictReader(file))
    right = sum(line["label"] == line["class_1"] for line in images) / len(images)
    assert right == pytest.approx(scores["top1"]["value"])
    page = (pretrained / "eval" / "report.html").read_text()
    assert "image-level: optimistic" in page and "165 classes" in page and "SYNTHETIC" in page


def test_what_it_learned_names_a_folder_of_images(pretrained, run_bundle, tiny, store, tmp_path):
    images = store.parent / "original" / "radiology_ai" / "US"
    finished = run_bundle(
        "--config_file", f"['{CONFIGS}/inference.json','{tiny}']", "--dataset_dir", str(images), "--ckpt_dir",
        str(pretrained / "models"), "--output_dir", str(tmp_path), "--num_workers", "0",
    )  # fmt: skip
    assert finished.code == 0, finished.output
    inferred = read_predictions(tmp_path / "inference" / "predictions.csv")
    assert len(inferred.class_names) == 165
    header = (tmp_path / "inference" / "predictions.csv").read_text().partition("\n")[0]
    assert ",decision," in header


def test_sigkill_within_epochs_changes_nothing(train, tmp_path):
    """Averaged weights, accumulated gradients, smoothed labels, dropout and balanced draws among them."""
    given = {"max_epochs": 3, "accumulation": 2, "state_interval": 1, "balanced": True, "batch_size": 4}
    whole = train(tmp_path / "whole", **given)
    assert whole.code == 0, whole.output
    folder, within = tmp_path / "killed", False
    for moment in ("epoch 1/3", "continues after", "epoch 2/3"):
        killed = train(folder, signal_when=(signal.SIGKILL, moment), **given)
        assert killed.code == -signal.SIGKILL, killed.output
        within |= " batches" in killed.output
    finished = train(folder, **given)
    assert finished.code == 0, finished.output
    within |= " batches" in finished.output
    assert within
    assert_same(contents(folder), contents(tmp_path / "whole"))


def test_another_store_is_refused_by_its_classes_or_size(train, tmp_path):
    finished = train(tmp_path, "--class_names", "['a','b']")
    assert finished.code == 1
    assert "error: class_names are those of the store, in its order;" in finished.output
    finished = train(tmp_path, "--image_size", "[64,64]")
    assert "holds images of [32, 32]; image_size is [64, 64]" in finished.output


@pytest.fixture(scope="module")
def resnet(run_bundle, store, tmp_path_factory):
    """The folder of a pretraining of a network of this collection."""
    folder = tmp_path_factory.mktemp("resnet")
    finished = run_bundle(
        "--config_file", f"{CONFIGS}/train.json", "--dataset_dir", str(store), "--image_size", "[32,32]",
        *places(folder), *knobs(max_epochs=1, warmup_epochs=0, ema=0.9),
    )  # fmt: skip
    assert finished.code == 0, finished.output
    return folder


def test_its_weights_are_certified_and_another_bundle_begins_with_them(resnet, run_bundle, phantoms, tmp_path):
    model = resnet / "models" / "model.pt"
    checked = run_bundle.script("weights", "check", model)
    assert "all 318 tensors matched" in checked.output, checked.output
    finished = run_bundle(
        "--config_file", "bundles/breast_us/configs/train.json", "--dataset_dir", str(phantoms), *places(tmp_path),
        "--pretrained", str(model), "--image_size", "[32,32]", "--max_epochs", "1", "--batch_size", "16",
        "--num_workers", "0", "--precision", "fp32",
    )  # fmt: skip
    assert finished.code == 0, finished.output
    source = json.loads((tmp_path / "models" / "model.json").read_text())["weights_source"]
    assert "head of 165 classes left out" in source


def test_the_overlay_names_what_every_bundle_has():
    """MONAI would add a misspelt id, and nothing would refer to it."""
    from monai.bundle import ConfigParser

    from common.bundles import walk
    from common.house.expressions import check_expressions
    from common.house.files import bundles_in, read_config
    from common.house.references import check_references
    from common.house.targets import check_targets

    path = ROOT / "common" / "overlays" / "multi_gpu.json"
    added = {"finalize", "_desc_", "train::sampler::rank", "train::sampler::world", "validate::dataloader::sampler"}
    added |= {"train::sampler::batch_size", "train::dataloader::drop_last", "validate::evaluator::val_handlers"}
    for folder in bundles_in(ROOT):
        train = read_config(folder / "configs" / "train.json")
        known = {id for id, _ in walk(train)} | added
        assert {key.removeprefix("+") for key in read_config(path)} <= known, folder.name
        merged = ConfigParser.load_config_files([str(folder / "configs" / "train.json"), str(path)])
        assert [*check_references(merged), *check_expressions(merged), *check_targets(merged)] == [], folder.name
