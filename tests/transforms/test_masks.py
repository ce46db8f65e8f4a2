import numpy as np
import pytest
import torch
from PIL import Image

from common.errors import MaskError
from common.transforms import ReadMaskd


@pytest.fixture
def draw(tmp_path):
    """Return the function that writes a mask of `(rows, columns)` with one lesion, and returns its path."""

    def write(name, *, size=(8, 12), lesion=(slice(1, 3), slice(2, 5))):
        mask = np.zeros(size, np.uint8)
        mask[lesion] = 255
        Image.fromarray(mask).save(tmp_path / name)
        return str(tmp_path / name)

    return write


def read(label, *, size=(8, 12), **item):
    return ReadMaskd("label")({"image": torch.zeros(1, *size), "label": label, **item})["label"]


def test_several_masks_are_trained_as_their_union(draw):
    first, second = draw("a.png"), draw("b.png", lesion=(slice(2, 6), slice(4, 9)))
    union = read([first, second])
    assert union.shape == (1, 8, 12)
    assert union.dtype == torch.float32
    assert torch.equal(union, torch.maximum(read(first), read(second)))
    assert union.sum() == 2 * 3 + 4 * 5 - 1


def test_a_mask_is_cut_as_its_image_is(draw):
    cut = read(draw("a.png", size=(80, 90), lesion=(slice(30, 50), slice(40, 60))), size=(40, 40), crop="20 30 60 70")
    assert torch.equal(cut[0, 10:30, 10:30], torch.ones(20, 20))
    assert cut.sum() == 400


def test_a_mask_of_another_size_is_another_images(draw):
    with pytest.raises(MaskError, match=r"8 x 13 \(rows, columns\); .*a.png has 8 x 12: is it another image's"):
        read(draw("a.png"), size=(8, 13))


def test_beside_a_stored_image_masks_are_compared_with_each_other(draw):
    assert read(draw("a.png"), size=(4, 4), stored=("store.npy", 0)).shape == (1, 8, 12)
    with pytest.raises(MaskError, match="8 x 12"):
        read([draw("a.png"), draw("b.png", size=(9, 12))], size=(4, 4), stored=("store.npy", 0))
