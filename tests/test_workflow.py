"""Train, evaluate and use a bundle, as a user does."""

import csv
import json
import shutil
from pathlib import Path

import nibabel
import numpy as np
import pytest
from PIL import Image

from common.locks import LOCK, hold
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
    assert models == {"model.pt", "model.json", "seen.txt", "reference.npz", "run.json", LOCK} | states
    figures = {"roc.png", "precision_recall.png", "reliability.png", "learning_curves.png", "errors.png"}
    assert {path.name for path in (trained / "eval").iterdir()} == {
        "predictions.csv",
        "metrics.json",
        "report.html",
        "run.json",
        LOCK,
    } | figures


@pytest.mark.parametrize("config", [f"['{TRAIN}']", f"['{TRAIN}','{CONFIGS}/evaluate.json']"])
def test_where_another_process_is_at_work_nothing_is_trained_or_evaluated(
    trained, run_bundle, phantoms, tmp_path, config
):
    shutil.copytree(trained / "models", tmp_path / "models")
    before = (tmp_path / "models" / "model.json").read_bytes()
    held = hold(tmp_path / "models")
    finished = run_bundle("--config_file", config, "--dataset_dir", str(phantoms), *places(tmp_path))
    assert finished.code == 1
    assert f"another is at work in {tmp_path / 'models'}: wait until it ends" in finished.output
    assert (tmp_path / "models" / "model.json").read_bytes() == before
    assert not held[0].closed


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
    def run(folder: Path, *arguments: str):
        ckpt = ["--ckpt_dir", str(trained / "models"), "--output_dir", str(tmp_path), *arguments]
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
    assert list(zip(found.image, found.frame, strict=True)) == [
        (name, frame) for name in sorted(frames) for frame in frames[name]
    ]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_report_is_of_this_run(trained):
    page = (trained / "eval" / "report.html").read_text()
    assert page.count("data:image/png") == 5
    assert "SYNTHETIC images (phantoms): test AUC of malignant" in page
    assert json.loads((trained / "eval" / "run.json").read_text())["command"].startswith("python -m monai.bundle run")
    assert "--max_epochs 2" in page
    assert "evaluate.json" in page


def test_false_positives_of_the_flag_stand_with_the_scores(trained):
    told = json.loads((trained / "eval" / "metrics.json").read_text())["out_of_range"]
    assert set(told["thresholds"]) == {"modality", "size", "intensity", "features"}
    assert told["false_positives"]["patients"]["n"] == 8
    tested = read_predictions(trained / "eval" / "predictions.csv").select("test")
    assert told["false_positives"]["images"]["n"] == len(tested)


def test_inference_decides_and_calibrates_and_pools(inference, trained, phantoms):
    _, out = inference(phantoms)
    card = json.loads((trained / "models" / "model.json").read_text())
    images, patients = rows(out / "predictions.csv"), rows(out / "patients.csv")
    for row in images:
        positive = float(row["probability:malignant"])
        for name, threshold in card["thresholds"].items():
            assert row[f"decision:{name}"] == ["benign", "malignant"][positive >= threshold]
        odds = (positive / (1 - positive)) ** (1 / card["temperature"])
        assert float(row["calibrated:malignant"]) == pytest.approx(odds / (1 + odds), abs=1e-5)
    assert len(patients) == 40
    for row in patients:
        own = [float(image["probability:malignant"]) for image in images if image["patient"] == row["patient"]]
        assert int(row["images"]) == len(own)
        assert float(row["mean:malignant"]) == pytest.approx(np.mean(own), abs=1e-6)
        assert float(row["max:malignant"]) == pytest.approx(max(own))
    about = json.loads((out / "about.json").read_text())
    assert about["model"]["out_of_range"]["false_positives"] == card["out_of_range"]["false_positives"]


def test_what_is_unlike_the_training_images_is_flagged_and_other_phantoms_are_not(inference, other_phantoms, tmp_path):
    folder, size = tmp_path / "images", (300, 240)
    folder.mkdir()
    generator = np.random.default_rng(0)
    y, x = np.mgrid[-1 : 1 : size[1] * 1j, -1 : 1 : size[0] * 1j]
    head = np.where(x**2 + y**2 < 0.5, 0.4, 0) + np.where(np.abs(x**2 + y**2 - 0.5) < 0.06, 1, 0)
    strange = {
        "noise": generator.random(size[::-1]),
        "slice": head.clip(0, 1),
        "photo": 0.7 + 0.3 * np.sin(4 * x) * np.cos(3 * y),
        "long": np.asarray(Image.new("L", (2000, 100), 60)) / 255,
    }
    for name, pixels in strange.items():
        Image.fromarray((pixels * 255).astype(np.uint8)).save(folder / f"{name}.png")
    _, out = inference(folder)
    flags = {row["image"]: row["out_of_range"] for row in rows(out / "predictions.csv")}
    assert all(flags.values()), flags
    assert "size" in flags["long.png"].split(";")
    finished, out = inference(other_phantoms)
    flagged = [bool(row["out_of_range"]) for row in rows(out / "predictions.csv")]
    assert np.mean(flagged) < 0.3
    assert f"{sum(flagged)} of {len(flagged)} images are out of range" in finished.output or not any(flagged)


def test_saliency_is_a_picture_for_each_image(inference, tmp_path):
    folder = tmp_path / "images"
    (folder / "deeper").mkdir(parents=True)
    volume = np.random.default_rng(0).integers(0, 256, (2, 40, 80)).astype(np.uint8)
    Image.fromarray(volume[0]).save(folder / "deeper" / "a.png")
    np.save(folder / "c.npy", volume)
    (folder / "empty.png").touch()
    _, out = inference(folder, "--saliency")
    names = {"deeper/a.png.png", "c.npy frame 0.png", "c.npy frame 1.png"}
    assert {str(path.relative_to(out / "saliency")) for path in (out / "saliency").rglob("*.png")} == names
    assert Image.open(out / "saliency" / "deeper" / "a.png.png").size == (2 * 320 + 24, 160 + 16 + 60 + 8)
    # The features of the second pass are not taken for the next batch's.
    assert len(rows(out / "predictions.csv")) == 3


def test_frames_of_a_file_are_one_study_and_dicom_says_whose_it_is(inference, tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    volume = np.random.default_rng(0).integers(0, 256, (3, 40, 50)).astype(np.uint8)
    np.save(folder / "c.npy", volume)
    for name, pixels in (("a.dcm", volume[0]), ("b.dcm", volume[1])):
        made = dataset(pixels)
        made.PatientID, made.StudyInstanceUID = "P1", "1.2.3"
        written(folder / name, made)
    _, out = inference(folder)
    pooled = [(row["study"], row["patient"], row["images"]) for row in rows(out / "patients.csv")]
    assert sorted(pooled) == [("1.2.3", "P1", "2"), ("c.npy", "", "3")]


def test_before_evaluation_there_are_probabilities_alone(run_bundle, phantoms, tiny, trained, tmp_path):
    shutil.copytree(trained / "models", tmp_path / "models")
    card = json.loads((tmp_path / "models" / "model.json").read_text())
    for key in ("thresholds", "temperature", "out_of_range"):
        del card[key]
    (tmp_path / "models" / "model.json").write_text(json.dumps(card))
    config = f"['{CONFIGS}/inference.json','{tiny}']"
    finished = run_bundle("--config_file", config, "--dataset_dir", str(phantoms), *places(tmp_path))
    assert finished.code == 0, finished.output
    assert "not evaluated yet, so probabilities alone" in finished.output
    header = rows(tmp_path / "eval" / "inference" / "predictions.csv")[0]
    assert not [name for name in header if name.startswith(("calibrated", "decision", "out_of_range"))]


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
    inferred = run_bundle("--config_file", f"{CONFIGS}/inference.json", *common, "--saliency")
    assert inferred.code == 0, inferred.output
    drawn = list((tmp_path / "eval" / "inference" / "saliency").rglob("*.png"))
    assert len(drawn) == len(rows(tmp_path / "eval" / "inference" / "predictions.csv"))
    assert "densenet121 from densenet121.pth, taken for torchvision's ImageNet training" in evaluated.output
