import numpy as np
import pytest
import torch
from monai.data import set_track_meta
from monai.transforms import LoadImaged
from PIL import Image

from common.errors import ConfigError, ImageError
from common.io import Reader, ReadImaged


@pytest.fixture
def sentinel(tmp_path) -> tuple[str, np.ndarray]:
    pixels = np.arange(12 * 20, dtype=np.uint8).reshape(12, 20)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    return str(tmp_path / "a.png"), pixels


def test_rows_first_where_monai_transposes(sentinel):
    path, pixels = sentinel
    ours = ReadImaged("image")({"image": path})["image"]
    assert ours.shape == (1, 12, 20)
    assert ours.dtype == torch.float32
    np.testing.assert_array_equal(ours[0].numpy(), pixels / np.float32(255))
    monais = LoadImaged("image")({"image": path})["image"]
    assert monais.shape == (20, 12), "MONAI's reader no longer transposes: the facts have changed"


def test_the_path_travels_with_the_image(sentinel):
    assert ReadImaged("image")({"image": sentinel[0]})["image"].meta["filename_or_obj"] == sentinel[0]


def test_the_frame_of_an_item_is_read(tmp_path):
    volume = np.stack([np.full((9, 10), value, dtype=np.uint8) for value in (0, 51, 255)])
    np.save(tmp_path / "a.npy", volume)
    for frame, value in ((0, 0.0), (1, 0.2), (2, 1.0)):
        item = ReadImaged("image")({"image": str(tmp_path / "a.npy"), "frame": str(frame)})
        assert torch.allclose(item["image"].as_tensor(), torch.tensor(value))


def test_no_other_reader_gets_a_refused_file(tmp_path):
    """A GIF, which MONAI's PIL reader would open, transposed."""
    Image.new("L", (20, 12)).save(tmp_path / "a.png", "GIF")
    with pytest.raises(ImageError, match="not an image this reader knows"):
        ReadImaged("image")({"image": str(tmp_path / "a.png")})
    with pytest.raises(ImageError, match="not an image this reader knows"):
        LoadImaged("image", reader=Reader)({"image": str(tmp_path / "a.png")})


def test_several_files_are_not_one_image(sentinel):
    with pytest.raises(ImageError, match="one file is one image; got 2 files"):
        Reader().read([sentinel[0], sentinel[0]])


def test_a_window_needs_hounsfield_units_and_a_name(sentinel):
    with pytest.raises(ImageError, match=r"PNG, JPEG and NPY do not carry; got 'brain': give --window none"):
        ReadImaged("image", window="brain")({"image": sentinel[0]})
    with pytest.raises(ConfigError, match=r"window is one of none, brain, .*; got 'brian'"):
        ReadImaged("image", window="brian")


def test_a_range_of_frames_is_a_clip(tmp_path):
    volume = np.random.default_rng(0).integers(0, 256, (9, 12, 20), dtype=np.uint8)
    np.save(tmp_path / "a.npy", volume)
    clip = ReadImaged("image")({"image": str(tmp_path / "a.npy"), "frame": "1:9:3"})["image"]
    np.testing.assert_array_equal(clip.numpy(), volume[1:9:3] / np.float32(255))


@pytest.mark.parametrize(
    ("frame", "message"), [("a:b", "a frame is a number, or start:stop:step"), ("3:3", "has none")]
)
def test_a_frame_that_is_none_is_refused(sentinel, frame, message):
    with pytest.raises(ImageError, match=message):
        ReadImaged("image")({"image": sentinel[0], "frame": frame})


def test_untracked_pixels_are_the_same_in_a_plain_tensor(sentinel):
    tracked = ReadImaged("image")({"image": sentinel[0]})["image"]
    set_track_meta(False)
    try:
        plain = ReadImaged("image")({"image": sentinel[0]})["image"]
    finally:
        set_track_meta(True)
    assert type(plain) is torch.Tensor
    assert torch.equal(plain, tracked.as_tensor())
