"""Train a classifier on phantoms and localise with it, as a user does; and what can go wrong, in one line."""

import csv
import json
import shutil

import pytest
from PIL import Image

from tests.conftest import TRAIN, places

QUICK = ["--image_size", "[64,64]", "--max_epochs", "1", "--batch_size", "8", "--num_workers", "1"]

FILES = {"metrics.json", "images.csv", "curve.csv", "curve.png", "localization.html", "pictures"}


@pytest.fixture(scope="module")
def trained(run_bundle, phantoms, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    network = ["--backbone", "densenet121", "--pretrained", "random", "--trainable", "head"]
    finished = run_bundle("--config_file", TRAIN, "--dataset_dir", str(phantoms), *places(folder), *QUICK, *network)
    assert finished.code == 0, finished.output
    return folder / "models"


@pytest.fixture(scope="module")
def localised(run_bundle, trained, phantoms, tmp_path_factory):
    out = tmp_path_factory.mktemp("localised") / "out"
    where = ["--ckpt_dir", trained, "--dataset_dir", phantoms, "--out", out]
    finished = run_bundle.script("localize", "breast_us", *where, "--layer", 16, "--images", 6)
    assert finished.code == 0, finished.output
    return out, finished.output


def rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_it_leaves_all_that_it_promises_and_says_the_result(localised):
    out, said = localised
    assert {path.name for path in out.iterdir()} == FILES
    pictures = {path.name for path in (out / "pictures").iterdir()}
    assert pictures == {f"{kind}_{number}.png" for kind in ("best", "median", "worst") for number in (1, 2)}
    assert "SYNTHETIC images (phantoms): Grad-CAM, test Dice with the lesion" in said
    assert str(out / "localization.html") in said


def test_every_score_has_an_interval_and_an_n(localised):
    told = json.loads((localised[0] / "metrics.json").read_text())
    assert (told["method"], told["layer"], told["seed_of_random_weights"]) == ("grad_cam", "16", 1)
    assert set(told["test"]) == {"map", "centre", "whole", "untrained", "shuffled"}
    assert set(told["difference"]) == set(told["test"]) - {"map"}
    for found in (*told["test"].values(), *told["difference"].values()):
        assert set(found) == {"dice", "iou", "pointing", "energy"}
        for score in found.values():
            assert set(score) == {"value", "low", "high", "n"}
            assert score["n"] == told["images"]["test"]["with_lesion"]
    assert told["dataset"]["synthetic"] is True


def test_images_and_curve_say_what_the_scores_say(localised):
    out, _ = localised
    told = json.loads((out / "metrics.json").read_text())
    images = [row for row in rows(out / "images.csv") if row["part"] == "test"]
    curve = {(row["arm"], float(row["threshold"])): row for row in rows(out / "curve.csv")}
    assert {row["synthetic"] for row in images} == {"yes"}
    for arm, threshold in told["thresholds"].items():
        mean = told["test"][arm]["dice"]["value"]
        assert sum(float(row[f"dice:{arm}"]) for row in images) / len(images) == pytest.approx(mean, abs=1e-4)
        assert float(curve[arm, threshold]["dice_value"]) == pytest.approx(mean, abs=1e-4)
    assert len(curve) == 5 * 201
    assert images[0]["image"].startswith("Images/")


def test_the_page_holds_the_scores_and_the_pictures(localised):
    page = (localised[0] / "localization.html").read_text()
    assert page.count("data:image/png") == 1 + 6
    assert "Synthetic: phantoms" in page
    assert "centre prior" in page


def test_the_pictures_are_three_panels_in_the_files_aspect(localised):
    width, height = Image.open(localised[0] / "pictures" / "best_1.png").size
    assert width > 2 * height


@pytest.fixture
def refusal(run_bundle, trained, phantoms, tmp_path):
    """Run what must be refused, and return its last line."""

    def run(*arguments, bundle="breast_us", models=trained, data=phantoms):
        where = ["--ckpt_dir", models, "--dataset_dir", data, "--out", tmp_path / "out"]
        finished = run_bundle.script("localize", bundle, *where, *arguments)
        assert finished.code == 1, finished.output
        assert "Traceback" not in finished.output
        assert not (tmp_path / "out").exists()
        return finished.output.splitlines()[-1]

    return run


def test_a_layer_that_the_classifier_lacks(refusal):
    line = refusal("--layer", "layer4")
    assert line.startswith("error: a layer is last, 4, 8, 16, 32, or a module that gives a map: contract, backbone.")
    assert line.endswith("got 'layer4': give --layer one of these")


def test_a_bundle_that_does_not_exist(refusal):
    assert refusal(bundle="breast").startswith("error: a bundle is one of acl_mri, breast_us, ")


def test_no_trained_model(refusal, tmp_path):
    assert "no trained model in" in refusal(models=tmp_path)


def test_a_model_of_another_task(refusal, trained, tmp_path):
    shutil.copytree(trained, tmp_path / "models")
    card = json.loads((tmp_path / "models" / "model.json").read_text())
    (tmp_path / "models" / "model.json").write_text(json.dumps({**card, "task": "multilabel"}))
    line = refusal(models=tmp_path / "models")
    assert "binary or multiclass; the task of breast_us is multilabel: give another bundle" in line


def test_another_data_set(refusal, other_phantoms):
    assert "a model is evaluated on the data it was trained on" in refusal(data=other_phantoms)


def test_a_mask_of_another_size(refusal, phantoms, tmp_path):
    """Read by a worker of the data loader."""
    shutil.copytree(phantoms.parent, tmp_path / "copy")
    description = tmp_path / "copy" / "data" / "dataset.json"
    description.write_text(description.read_text().replace(str(phantoms.parent), str(tmp_path / "copy")))
    for path in (tmp_path / "copy" / "original" / "Masks").iterdir():
        Image.new("L", (20, 30)).save(path)
    line = refusal(data=tmp_path / "copy" / "data")
    assert line.startswith("error: a mask has its image's size,")
    assert line.endswith("has 30 x 20: is it another image's?")


def test_help_shows_an_example(run_bundle):
    assert "example: python scripts/localize.py breast_us" in run_bundle.script("localize", "--help").output
