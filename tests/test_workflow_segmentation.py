"""Train, evaluate and use a segmenter, as a user does; what cannot be is refused in a line."""

import csv
import json
import shutil

import numpy as np
import pytest
import torch
from monai.bundle import ConfigParser
from PIL import Image

from common.datasets.prepared import read_prepared

from .conftest import places

CONFIGS = "bundles/breast_us_segmentation/configs"
QUICK = ["--image_size", "[32,32]", "--max_epochs", "2", "--batch_size", "8", "--num_workers", "0"]


@pytest.fixture(scope="module")
def trained(run_bundle, phantoms, tiny_segmenter, tmp_path_factory):
    """A folder with a trained, evaluated segmenter."""
    folder = tmp_path_factory.mktemp("segmenter")
    knobs = ["--dataset_dir", str(phantoms), *places(folder)]
    train = run_bundle("--config_file", f"['{CONFIGS}/train.json','{tiny_segmenter}']", *knobs, *QUICK)
    assert train.code == 0, train.output
    both = f"['{CONFIGS}/train.json','{CONFIGS}/evaluate.json','{tiny_segmenter}']"
    evaluate = run_bundle("--config_file", both, *knobs)
    assert evaluate.code == 0, evaluate.output
    assert "SYNTHETIC images (phantoms): test mean Dice 0." in evaluate.output
    return folder


def test_the_page_tells_of_lesions(trained):
    page = (trained / "eval" / "report.html").read_text()
    for words in ("Predicted and drawn", "Of the lowest Dice", "a U-shaped decoder", "Dice loss", "outline lesion"):
        assert words in page
    assert "Youden" not in page


def test_the_threshold_goes_with_the_model(trained):
    scores = json.loads((trained / "eval" / "metrics.json").read_text())
    card = json.loads((trained / "models" / "model.json").read_text())
    assert card["thresholds"] == scores["thresholds"]
    assert card["task"] == "segmentation"


def test_a_folder_with_a_bad_file_is_segmented_but_for_that(trained, run_bundle, phantoms, tiny_segmenter, tmp_path):
    root = read_prepared(phantoms).root
    shutil.copy(root / "Images" / "bus_0001-l.png", tmp_path / "good.png")
    (tmp_path / "bad.png").write_bytes(b"no image")
    finished = run_bundle(
        "--config_file", f"['{CONFIGS}/inference.json','{tiny_segmenter}']", "--dataset_dir", str(tmp_path),
        "--ckpt_dir", str(trained / "models"), "--output_dir", str(tmp_path / "out"), "--num_workers", "0",
    )  # fmt: skip
    assert finished.code == 1
    assert "1 of 2 files were refused" in finished.output
    folder = tmp_path / "out" / "inference"
    (row,) = csv.DictReader((folder / "images.csv").open())
    mask = np.asarray(Image.open(folder / "masks" / row["mask"]))
    assert mask.shape == Image.open(tmp_path / "good.png").size[::-1]
    assert int(row["pixels"]) == (mask > 0).sum()
    assert "out_of_range" in row


def test_one_image_goes_through_postprocessing_as_monai_label_calls_it(trained, phantoms):
    image = str(read_prepared(phantoms).root / "Images" / "bus_0001-l.png")
    parser = ConfigParser()
    parser.read_config(f"{CONFIGS}/inference.json")
    parser["ckpt_dir"] = str(trained / "models")
    item = parser.get_parsed_content("preprocessing")({"image": image})
    height, width = item["image"].shape[1:]
    item["pred"] = torch.full((1, height, width), 5.0)
    mask = parser.get_parsed_content("postprocessing")(item)["pred"]
    assert mask.dtype == torch.uint8
    assert tuple(mask.shape) == Image.open(image).size  # columns first, as ITK's writers take a picture
    assert mask.all()


def test_data_without_masks_are_refused(run_bundle, data_like, tiny_segmenter, tmp_path):
    data = data_like("binary", ("no", "yes"))
    config = f"['{CONFIGS}/train.json','{tiny_segmenter}']"
    finished = run_bundle("--config_file", config, "--dataset_dir", str(data), *places(tmp_path), *QUICK)
    assert finished.code == 1
    assert "no image of its train part has a mask: prepare a data set with masks" in finished.output


def test_the_benchmark_trains_a_plain_unet_on_the_same_images(trained, run_bundle, phantoms, tmp_path):
    words = ["segmentation", "--run", trained, "--data", phantoms, "--json", tmp_path / "out.json"]
    finished = run_bundle.script("benchmark", *words)
    assert finished.code == 0, finished.output
    (facts,) = json.loads((tmp_path / "out.json").read_text())
    ours = json.loads((trained / "eval" / "metrics.json").read_text())["test"]["per_lesion"]["dice"]
    assert facts["bundle"]["value"] == pytest.approx(ours["value"], abs=1e-4)
    assert {facts[name]["n"] for name in ("bundle", "rival", "difference")} == {ours["n"]}
    assert facts["difference"]["value"] == pytest.approx(facts["bundle"]["value"] - facts["rival"]["value"])
    assert "mean Dice of" in finished.output


def test_what_was_not_evaluated_cannot_be_compared(run_bundle, phantoms, tmp_path):
    finished = run_bundle.script("benchmark", "segmentation", "--run", tmp_path, "--data", phantoms)
    assert finished.code == 1
    assert "no trained model in" in finished.output
