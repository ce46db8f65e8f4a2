import csv
import json
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from common.datasets.busi import FOLDER, list_images
from common.datasets.items import read_masked
from common.datasets.prepare import prepare
from common.errors import DatasetError
from common.io.decode import decode_image
from common.phantoms.busi import FOREIGN, FORGOTTEN, RESIZED, write
from common.transforms.masks import lesions


def test_malignant_stands_against_the_rest_and_tissue_says_what_is_what(busi):
    _, rows = list_images(busi)
    assert Counter((row["label"], row["tissue"]) for row in rows) == {
        ("benign", "benign lesion"): 24,
        ("malignant", "malignant lesion"): 16,
        ("benign", "normal"): 8,
    }


def test_several_masks_are_joined_and_belong_to_their_own_image(busi):
    masks = {row["image"]: row["mask"] for row in list_images(busi)[1]}
    folder = f"{FOLDER}/benign"
    assert masks[f"{folder}/benign (1).png"] == f"{folder}/benign (1)_mask.png;{folder}/benign (1)_mask_1.png"
    assert masks[f"{folder}/benign (11).png"] == f"{folder}/benign (11)_mask.png"


def test_an_image_without_a_mask_is_not_annotated(busi):
    (busi / FOLDER / "benign/benign (2)_mask.png").unlink()
    masks = {row["image"]: row["mask"] for row in list_images(busi)[1]}
    assert masks[f"{FOLDER}/benign/benign (2).png"] == ""


def test_the_inner_folder_means_the_same(busi):
    assert list_images(busi / FOLDER) == list_images(busi)


def test_patients_are_unknown(busi):
    assert {row["patient"] for row in list_images(busi)[1]} == {""}


def test_another_layout_names_what_is_missing(busi):
    (busi / FOLDER / "normal").rename(busi / "away")
    with pytest.raises(DatasetError, match=f"is not BUSI as published: {FOLDER}/normal is missing"):
        list_images(busi)


def test_nothing_is_passed_over_whatever_its_ending(busi):
    folder = busi / FOLDER / "malignant"
    (folder / "malignant (1).png").rename(folder / "malignant (1).PNG")
    (folder / "malignant (2).png").rename(folder / "malignant (2).jpg")
    (folder / "orphan_mask.png").touch()
    rows = {row["image"].removeprefix(f"{FOLDER}/malignant/"): row for row in list_images(busi)[1]}
    assert rows["malignant (1).PNG"]["mask"].endswith("malignant (1)_mask.png")
    assert rows["malignant (2).jpg"]["exclude"] == ""
    assert rows["orphan_mask.png"]["exclude"] == "mask without an image"


def test_masks_in_colour_with_transparency_and_several_to_an_image_are_read_and_faulty_ones_named(tmp_path):
    write(tmp_path / "original", patients=25, seed=0, difficulty=0.2)
    data = prepare("busi", tmp_path / "original", tmp_path / "data")
    sidecar = json.loads((tmp_path / "original/phantoms.json").read_text())
    with (data.folder / "left_out.csv").open() as file:
        listed = {(line["where"], line["reason"].partition(":")[0]) for line in csv.DictReader(file)}
    # The mask of another patient's image is of another size, as are most pictures of this set.
    said = {RESIZED: "mask of another size", FOREIGN: "mask of another size", FORGOTTEN: "empty mask"}
    planted = {its["image"]: said[its["kind"]] for its in sidecar["faults"] if its["kind"] in said}
    assert listed == {(f"{image.removesuffix('.png')}_mask.png", reason) for image, reason in planted.items()}
    items = [item for fold in "01234" for item in read_masked(data.folder, fold=fold, part="test")]
    modes = set()
    for item in items:
        image = str(Path(item["image"]).relative_to(data.root))
        found = lesions(item["label"], size=decode_image(item["image"]).shape)
        amount = len(sidecar["images"][image]["lesions"]) - (image in planted)
        assert [bool(mask.any()) for mask in found] == ([True] * amount or [False])
        modes |= {(Image.open(mask).mode, len(found)) for mask in item["label"]}
    assert {mode for mode, _ in modes} == {"L", "RGBA"}
    assert {count for _, count in modes} == {1, 2}
