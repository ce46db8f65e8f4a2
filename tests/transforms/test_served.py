"""What MONAI Label's last steps take; `tests/label` asks the server itself."""

import nibabel
import numpy as np
import pytest
import torch
from PIL import Image

from common.io import ReadImaged
from common.transforms import Served


def served(path, pred, **item):
    return Served("pred")({**ReadImaged("image")({"image": str(path), **item}), "pred": pred})


@pytest.fixture
def picture(tmp_path):
    Image.new("L", (12, 9)).save(tmp_path / "a.png")
    return tmp_path / "a.png"


def test_probabilities_stay_and_the_image_forgets_the_shape_that_they_have_not(picture):
    item = served(picture, torch.tensor([0.25, 0.75]))
    assert item["pred"].array.tolist() == [0.25, 0.75]
    assert "spatial_shape" not in item["image"].meta
    assert "result_extension" not in item


def test_a_pictures_mask_has_its_columns_first_and_becomes_a_png(picture):
    mask = torch.zeros(1, 9, 12)
    mask[0, 2, 5] = 1
    item = served(picture, mask)
    assert item["pred"].shape == (12, 9)
    assert item["pred"][5, 2] == item["pred"].sum() == 1
    assert item["result_extension"] == ".png"
    assert served(picture, mask, result_extension=".nrrd")["result_extension"] == ".nrrd"


@pytest.mark.parametrize("frame", [0, 2])
def test_a_slices_mask_lies_in_its_volume_on_the_stored_axes(tmp_path, frame):
    voxels = np.random.default_rng(0).integers(0, 256, (10, 12, 3)).astype(np.uint8)
    source = nibabel.Nifti1Image(voxels, np.diag([2.0, 3, 4, 1]))
    source.to_filename(tmp_path / "a.nii")
    bright = ReadImaged("image")({"image": str(tmp_path / "a.nii"), "frame": frame})["image"].as_tensor() > 0.5
    item = served(tmp_path / "a.nii", bright, frame=frame)
    expected = np.zeros_like(voxels)
    expected[..., frame] = voxels[..., frame] > 127
    np.testing.assert_array_equal(item["pred"].array, expected)
    np.testing.assert_array_equal(item["image"].meta["original_affine"], source.affine)
    assert item["result_extension"] == ".nii.gz"
