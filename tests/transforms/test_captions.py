import numpy as np
import pytest
import torch
from monai.data import MetaTensor
from monai.transforms import Compose, Invertd, Resized

from common.transforms import CropCaptiond


def frame(height=360, width=560):
    return MetaTensor(torch.arange(height * width, dtype=torch.float32).reshape(1, height, width))


def test_rows_with_captions_go_and_the_rest_stays_as_it_is():
    item = {"image": frame(), "label": "benign"}
    cropped = CropCaptiond("image")(item)
    assert torch.equal(cropped["image"].as_tensor(), frame().as_tensor()[:, :298])
    assert cropped["label"] == "benign"
    assert item["image"].shape == (1, 360, 560)


@pytest.mark.parametrize("size", [(560, 360), (361, 560), (360, 561), (298, 560), (224, 224)])
def test_other_sizes_are_left_alone(size):
    image = frame(*size)
    assert CropCaptiond("image")({"image": image})["image"] is image


def test_cropping_twice_is_cropping_once():
    crop = CropCaptiond("image")
    once = crop({"image": frame()})
    assert crop(once)["image"] is once["image"]


@pytest.mark.parametrize(
    ("captions", "keep", "rows"), [("keep", False, 360), ("", False, 298), ("", True, 360), ("keep", True, 360)]
)
def test_captions_stay_where_the_item_or_the_bundle_says_so(captions, keep, rows):
    item = CropCaptiond("image", keep=keep)({"image": frame(), "captions": captions})
    assert item["image"].shape == (1, rows, 560)


def test_plain_tensors_and_masks_are_cropped_too():
    item = {"image": frame().as_tensor(), "label": frame().as_tensor() > 5}
    cropped = CropCaptiond(["image", "label"])(item)
    assert [tuple(cropped[key].shape) for key in ("image", "label")] == [(1, 298, 560)] * 2


@pytest.mark.parametrize("size", [(360, 560), (200, 300)])
def test_a_prediction_is_brought_back_to_the_frame(size):
    chain = Compose([CropCaptiond("image"), Resized("image", spatial_size=(149, 280), mode="nearest")])
    item = chain({"image": frame(*size)})
    item["pred"] = MetaTensor(torch.ones(1, 149, 280), meta=dict(item["image"].meta))
    back = Invertd("pred", chain, orig_keys="image", nearest_interp=True)(item)["pred"]
    assert tuple(back.shape) == (1, *size)
    assert np.asarray(back)[0].all(axis=1).sum() == (298 if size == (360, 560) else 200)
