import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from common.errors import ImageError
from common.io import ReadImaged
from common.io.decode.crop import Box, box_of, cropped
from common.io.decode.decoded import Decoded

PIXELS = np.arange(40 * 30, dtype=np.float32).reshape(40, 30)
AFFINE = np.array([[0, -0.5, 0, 10], [-0.25, 0, 0, 20], [0, 0, 3, 30], [0, 0, 0, 1.0]])


@given(st.integers(0, 32), st.integers(0, 22), st.data())
def test_a_crop_is_those_pixels_where_they_lie_in_the_patient(top, left, data):
    box = Box(top, left, data.draw(st.integers(top + 8, 40)), data.draw(st.integers(left + 8, 30)))
    image = cropped(Decoded(PIXELS, AFFINE, 1, {}), str(box), "a.dcm")
    np.testing.assert_array_equal(image.pixels, PIXELS[top : box.bottom, left : box.right])
    np.testing.assert_allclose(image.affine @ [0, 0, 0, 1], AFFINE @ [top, left, 0, 1])
    np.testing.assert_allclose(image.affine @ [2, 3, 0, 1], AFFINE @ [top + 2, left + 3, 0, 1])


def test_without_a_box_the_image_is_whole():
    image = Decoded(PIXELS, None, 1, {})
    assert cropped(image, "", "a.png") is image


@pytest.mark.parametrize("text", ["1 2 30 20", "1,2,30,20", "[1, 2, 30, 20]", "1;2;30;20"])
def test_a_box_is_written_in_any_common_way(text):
    assert box_of(text) == Box(1, 2, 30, 20)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1 2 30", r"four pixel counts, top left bottom right; got '1 2 30'"),
        ("1 2 30 x", "four pixel counts"),
        ("-1 2 30 20", "four pixel counts"),
        ("0 0 7 20", "at least 8 x 8 pixels; got top left bottom right = 0 0 7 20"),
        ("30 0 1 20", "at least 8 x 8 pixels"),
    ],
)
def test_what_is_no_box_is_refused(text, message):
    with pytest.raises(ImageError, match=message):
        box_of(text)


@pytest.mark.parametrize("crop", ["0 0 41 30", "0 0 40 31"])
def test_a_box_beyond_the_image_is_refused(crop):
    with pytest.raises(ImageError, match=rf"a.png: a crop lies inside its image of 40 x 30 .* = {crop}"):
        cropped(Decoded(PIXELS, None, 1, {}), crop, "a.png")


def test_the_crop_of_an_item_is_read(tmp_path):
    pixels = np.arange(12 * 20, dtype=np.uint8).reshape(12, 20)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    item = {"image": str(tmp_path / "a.png"), "crop": "2 3 12 15"}
    assert torch.equal(ReadImaged("image")(item)["image"][0].as_tensor(), torch.tensor(pixels[2:12, 3:15]) / 255)
    with pytest.raises(ImageError, match="lies inside its image of 12 x 20"):
        ReadImaged("image")({**item, "crop": "0 0 13 20"})
