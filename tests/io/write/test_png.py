import numpy as np
import pytest
from PIL import Image, ImageOps

from common.errors import ImageError, MaskError
from common.io.decode import decode_image, decode_mask
from common.io.write import write_masks

SIZE = (9, 14)
MASK = np.random.default_rng(0).random(SIZE) < 0.4
"""Without symmetry."""


@pytest.mark.parametrize("ending", ["png", "jpg", "npy"])
def test_what_is_written_is_the_mask_in_black_and_white(tmp_path, ending):
    source = tmp_path / f"a.{ending}"
    if ending == "npy":
        np.save(source, np.zeros(SIZE, np.uint8))
    else:
        Image.new("RGB", SIZE[::-1]).save(source)
    [path] = write_masks({"": MASK}, source=source, stem=tmp_path / "out/a.of.1")
    assert path == tmp_path / "out/a.of.1.png"
    with Image.open(path) as written:
        assert (written.format, written.mode) == ("PNG", "L")
        np.testing.assert_array_equal(np.asarray(written), MASK * np.uint8(255))
    np.testing.assert_array_equal(decode_mask(path), MASK)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("ending", ["png", "jpg"])
def test_a_turned_picture_s_mask_lies_on_its_stored_and_its_displayed_pixels(tmp_path, orientation, ending):
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.fromarray(MASK * np.uint8(255))
    stored.save(tmp_path / f"a.{ending}", exif=exif, **({"quality": 100} if ending == "jpg" else {}))
    shown = decode_image(tmp_path / f"a.{ending}") > 0.5
    [path] = write_masks({"": shown}, source=tmp_path / f"a.{ending}", stem=tmp_path / "mask")
    with Image.open(path) as written:
        np.testing.assert_array_equal(np.asarray(written), np.asarray(stored))
        np.testing.assert_array_equal(np.asarray(ImageOps.exif_transpose(written)) > 0, shown)
    np.testing.assert_array_equal(decode_mask(path), shown)


def test_frames_get_a_file_each(tmp_path):
    np.save(tmp_path / "a.npy", np.zeros((3, *SIZE), np.uint8))
    paths = write_masks({"0": MASK, "2": ~MASK}, source=tmp_path / "a.npy", stem=tmp_path / "a")
    assert [path.name for path in paths] == ["a_0.png", "a_2.png"]
    np.testing.assert_array_equal(decode_mask(paths[1]), ~MASK)


def test_a_mask_of_another_size_is_refused_and_nothing_is_written(tmp_path):
    Image.new("L", SIZE[::-1]).save(tmp_path / "a.png")
    message = r"a.png: a mask has its frame's size, 9 x 14 \(rows, columns\); this one 14 x 9: undo its resizing"
    with pytest.raises(MaskError, match=message):
        write_masks({"": MASK.T}, source=tmp_path / "a.png", stem=tmp_path / "mask")
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_a_damaged_source_is_refused(tmp_path):
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    with pytest.raises(ImageError, match="damaged or truncated"):
        write_masks({"": MASK}, source=tmp_path / "a.png", stem=tmp_path / "mask")
