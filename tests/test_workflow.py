"""Train, evaluate and use a bundle, as a user does."""

import csv
import json
import shutil
from pathlib import Path

import nibabel
import numpy as np
import pytest
from PIL import Image

from common.metrics import read_predictions
from tests.io.dicom.files import dataset, written

from .conftest import TRAIN, places

CONFIGS = "bundles/breast_us/configs"
QUICK = ["--image_size", "[32,32]", "--max_epochs", "2", "--batch_size", "8", "--num_workers", "0"]


@pytest.fixture(scope="module")
def trained(run_bundle, phantoms, tiny, tmp_path_factory) -> Path:
    """A folder with a trained, evaluated model."""
    folder = tmp_path_factory.mktemp("trained")
    for config in (f"['{TRAIN}','{tiny}']", f"['{TRAIN}','{CONFIGS}/evaluate.json','{tiny}']"):
        knobs = QUICK if "evaluate" not in config else []
        finished = run_bundle("--config_file", config, "--dataset_dir", str(phantoms), *places(folder), *knobs)
        assert finished.code == 0, finished.output
        (folder / "said.txt").write_text(finished.output)
    return folder


def test_a_run_leaves_all_that_it_promises(trained):
    models = {path.name for path in (trained / "models").iterdir()}
    states = {"training_state.ckpt", "training_state.previous.ckpt"}
    assert models == {"model.pt", "model.json", "run.json"} | states
    figures = {"roc.png", "precision_recall.png", "reliability.png", "learning_curves.png", "errors.png"}
    assert {path.name for path in (trained / "eval").iterdir()} == {
        "predictions.csv",
        "metrics.json",
        "run.json",
    } | figures


def test_every_score_has_an_interval_and_an_n(trained):
    metrics = json.loads((trained / "eval" / "metrics.json").read_text())
    scores = {key: value for key, value in metrics["test"].items() if isinstance(value, dict) and "value" in value}
    for name in ("youden", "sensitivity_95"):
        scores |= {f"{name} {key}": value for key, value in metrics["test"][name].items()}
    assert {"auc", "average_precision", "brier", "youden sensitivity", "sensitivity_95 specificity"} <= set(scores)
    for name, score in scores.items():
        assert set(score) == {"value", "low", "high", "n"}, name
        assert score["n"] > 0
        if score["low"] is not None:
            assert score["low"] <= score["value"] <= score["high"], name
    assert metrics["level"] == "clustered by patient"


def test_predictions_are_those_of_the_fold_and_no_patient_is_in_both_parts(trained, phantoms):
    from common.datasets.items import read_items

    predictions = read_predictions(trained / "eval" / "predictions.csv")
    for part in ("valid", "test"):
        items = read_items(phantoms, ["benign", "malignant"], fold=0, part=part)
        own = predictions.select(part)
        assert [Path(item["image"]).name for item in items] == [Path(image).name for image in own.image]
        assert [item["label"] for item in items] == [own.class_names[label] for label in own.label]
    assert not set(predictions.select("valid").patient) & set(predictions.select("test").patient)


def test_what_comes_from_phantoms_says_so_everywhere(trained):
    assert "SYNTHETIC images (phantoms): test AUC of malignant" in (trained / "said.txt").read_text()
    for name in ("models/model.json", "eval/metrics.json", "eval/run.json"):
        assert json.loads((trained / name).read_text())["dataset"]["synthetic"] is True
    with (trained / "eval" / "predictions.csv").open() as file:
        assert {row["synthetic"] for row in csv.DictReader(file)} == {"yes"}


def test_the_model_card_holds_what_evaluation_chose(trained):
    card = json.loads((trained / "models" / "model.json").read_text())
    metrics = json.loads((trained / "eval" / "metrics.json").read_text())
    assert card["thresholds"] == metrics["thresholds"]
    assert card["temperature"] == metrics["temperature"]
    assert card["image_size"] == [32, 32]


@pytest.fixture
def inference(run_bundle, trained, tiny, tmp_path):
    def run(folder: Path):
        ckpt = ["--ckpt_dir", str(trained / "models"), "--output_dir", str(tmp_path)]
        config = f"['{CONFIGS}/inference.json','{tiny}']"
        finished = run_bundle("--config_file", config, "--dataset_dir", str(folder), *ckpt)
        return finished, tmp_path / "inference"

    return run


def test_inference_gives_what_evaluation_gave(inference, trained, phantoms):
    finished, out = inference(phantoms)
    assert finished.code == 0, finished.output
    evaluated = read_predictions(trained / "eval" / "predictions.csv")
    inferred = read_predictions(out / "predictions.csv")
    probability = dict(zip(inferred.image, inferred.positive, strict=True))
    for image, positive in zip(evaluated.image, evaluated.positive, strict=True):
        assert probability[image] == pytest.approx(positive, abs=1e-3)


def test_unreadable_files_are_listed_and_skipped_and_the_exit_code_is_1(inference, phantoms, tmp_path):
    folder = tmp_path / "images"
    (folder / "deeper").mkdir(parents=True)
    good = sorted((phantoms.parent / "original" / "Images").glob("*.png"))[:3]
    for path in good:
        shutil.copy(path, folder / "deeper")
    (folder / "empty.png").touch()
    (folder / "notes.txt").write_text("no image")
    (folder / "half.png").write_bytes(good[0].read_bytes()[:3000])
    finished, out = inference(folder)
    assert finished.code == 1
    assert "error: 3 of 6 files were refused" in finished.output.splitlines()[-1]
    assert set(read_predictions(out / "predictions.csv").image) == {f"deeper/{path.name}" for path in good}
    with (out / "refused.csv").open() as file:
        refused = {row["image"]: row["reason"] for row in csv.DictReader(file)}
    assert set(refused) == {"empty.png", "notes.txt", "half.png"}
    assert "0 bytes" in refused["empty.png"]


def test_every_kind_of_file_gives_a_row_per_frame(inference, tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    volume = np.random.default_rng(0).integers(0, 256, (3, 40, 50)).astype(np.uint8)
    Image.fromarray(volume[0]).save(folder / "a.png")
    Image.fromarray(volume[0]).save(folder / "b.jpg")
    np.save(folder / "c.npy", volume)
    nibabel.save(nibabel.Nifti1Image(volume.T, np.eye(4)), folder / "d.nii.gz")
    written(folder / "e.dcm", dataset(volume[:2]))
    written(folder / "no_extension", dataset(volume[0]))
    finished, out = inference(folder)
    assert finished.code == 0, finished.output
    found = read_predictions(out / "predictions.csv")
    frames = {"a.png": [""], "b.jpg": [""], "no_extension": [""], "e.dcm": ["0", "1"]}
    frames |= {"c.npy": ["0", "1", "2"], "d.nii.gz": ["0", "1", "2"]}
    rows = list(zip(found.image, found.frame, strict=True))
    assert rows == [(name, frame) for name in sorted(frames) for frame in frames[name]]


def test_a_real_network_trains_from_a_torchvision_file_with_its_backbone_frozen(run_bundle, phantoms, tmp_path):
    import torch

    from common.networks.densenet import DenseNet121

    torch.save(DenseNet121().state_dict(), tmp_path / "densenet121.pth")
    knobs = ["--backbone", "densenet121", "--pretrained", str(tmp_path / "densenet121.pth"), "--trainable", "head"]
    common = ["--dataset_dir", str(phantoms), *places(tmp_path)]
    finished = run_bundle("--config_file", TRAIN, *common, *knobs, *QUICK, "--max_epochs", "1")
    assert finished.code == 0, finished.output
    assert "densenet121.pth, taken for torchvision's ImageNet training, 725 tensors, sha256" in finished.output
    evaluated = run_bundle("--config_file", f"['{TRAIN}','{CONFIGS}/evaluate.json']", *common)
    assert evaluated.code == 0, evaluated.output
    assert "densenet121 from densenet121.pth, taken for torchvision's ImageNet training" in evaluated.output


def test_validation_every_other_epoch(run_bundle, phantoms, tiny, tmp_path):
    config = ["--config_file", f"['{TRAIN}','{tiny}']", "--dataset_dir", str(phantoms), *places(tmp_path), *QUICK]
    finished = run_bundle(*config, "--max_epochs", "4", "--val_interval", "2")
    assert finished.code == 0, finished.output
    history = json.loads((tmp_path / "eval" / "run.json").read_text())["history"]
    assert ["val_auc" in epoch for epoch in history] == [False, True, False, True]


def test_training_ends_early_without_improvement(run_bundle, phantoms, tiny, tmp_path):
    config = ["--config_file", f"['{TRAIN}','{tiny}']", "--dataset_dir", str(phantoms), *places(tmp_path), *QUICK]
    finished = run_bundle(*config, "--max_epochs", "50", "--patience", "2", "--learning_rate", "0")
    assert finished.code == 0, finished.output
    assert "for 2 epochs: training ends" in finished.output
    assert len(json.loads((tmp_path / "eval" / "run.json").read_text())["history"]) == 3


def test_mlflow_records_a_run(run_bundle, phantoms, tiny, tmp_path):
    config = ["--config_file", f"['{TRAIN}','{tiny}']", "--dataset_dir", str(phantoms), *places(tmp_path), *QUICK]
    finished = run_bundle(*config, "--max_epochs", "1", "--tracking", "mlflow")
    assert finished.code == 0, finished.output
    assert (tmp_path / "eval" / "mlruns.db").stat().st_size > 0
