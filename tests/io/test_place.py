"""What is said of the network's pixels comes back to those of the file."""

import numpy as np
import pytest
import torch
from monai.transforms import CenterSpatialCropd, Compose, Resized
from PIL import Image

from common.io import ReadImaged
from common.io.place import place_of, restored
from common.transforms import CropCaptiond, ToSourced

CHAINS = {
    "resized": ("", [], (0, 0, 360, 560)),
    "captions": ("", [CropCaptiond("image")], (0, 0, 298, 560)),
    "crop": ("20 30 220 430", [], (20, 30, 220, 430)),
    "both": ("20 30 220 430", [CenterSpatialCropd("image", (100, 200))], (70, 130, 170, 330)),
}


@pytest.fixture(params=CHAINS)
def read(request, tmp_path):
    """An image `(1, 96, 128)` as the network gets it, the box of its file, and the file's pixels."""
    crop, transforms, box = CHAINS[request.param]
    rows, columns = np.mgrid[:360, :560]
    pixels = (127 + 60 * np.sin(rows / 40) + 60 * np.cos(columns / 60)).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    chain = Compose([ReadImaged("image"), *transforms, Resized("image", (96, 128), mode="area")])
    return chain({"image": str(tmp_path / "a.png"), "crop": crop})["image"], box, pixels / 255


def test_the_affine_knows_the_box(read):
    image, box, _ = read
    assert place_of(image) == ((360, 560), box)


def test_what_was_made_small_comes_back_where_it_was(read):
    image, (top, left, bottom, right), pixels = read
    whole = restored(image.as_tensor(), place_of(image))[0].numpy()
    inside = np.s_[top + 4 : bottom - 4, left + 4 : right - 4]
    np.testing.assert_allclose(whole[inside], pixels[inside], atol=0.02)
    outside = np.ones_like(whole, dtype=np.bool_)
    outside[top:bottom, left:right] = False
    assert not whole[outside].any()
    assert torch.equal(
        ToSourced("pred")({"image": image, "pred": image.as_tensor()})["pred"][0], torch.from_numpy(whole)
    )
