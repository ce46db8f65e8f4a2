import numpy as np
import pytest
from monai.transforms import Resized
from PIL import Image

from common.io import ReadImaged
from common.localization.images import masked_images
from common.transforms import CropCaptiond


@pytest.mark.parametrize("crop", ["", "20 40 260 500"])
@pytest.mark.parametrize("captions", ["", "keep"])
def test_a_mask_goes_through_what_its_image_goes_through(tmp_path, crop, captions):
    """Of DDTI's size: its captions are cut off, unless they are kept, or another crop leaves another size."""
    block = np.zeros((360, 560), np.uint8)
    block[120:220, 200:400] = 255
    for name in ("image", "mask"):
        Image.fromarray(block).save(tmp_path / f"{name}.png")
    item = {name: str(tmp_path / f"{name}.png") for name in ("image", "mask")}
    resized = Resized("image", (64, 96), mode="area")
    (found,) = masked_images(
        [{**item, "crop": crop, "captions": captions}],
        [ReadImaged("image"), CropCaptiond("image"), resized],
        size=(64, 96),
    )
    assert found["mask"].shape == found["image"].shape == (1, 64, 96)
    assert set(np.unique(found["mask"])) == {0, 1}
    assert np.abs(np.asarray(found["mask"]) - np.asarray(found["image"])).mean() < 0.01
    cropped = {("", ""): [298, 560], ("", "keep"): [360, 560]}
    assert found["size"].tolist() == cropped.get((crop, captions), [240, 460])
