"""Augmentation of batches: seeded, exact where it can be, and in the paper's ranges."""

from math import radians

import numpy as np
import pytest
import torch
from monai.transforms import Affine
from torch.nn.functional import affine_grid

from common.transforms import AugmentedBatch, RandomAffine
from common.transforms.augment import _grid

PAPER = {"rotation": 10, "shift": 0.1, "shear": 0.1, "zoom": 0.1, "flip": 0.5}
MIDDLE = 0.5
"""The uniform number that changes nothing."""


def numbers(**changed):
    """Return the draws `(1, 8)` of one image: nothing happens but what is named."""
    order = ("angle", "shear_x", "shear_y", "zoom_x", "zoom_y", "shift_x", "shift_y", "flip")
    return torch.tensor([[changed.get(name, 1.0 if name == "flip" else MIDDLE) for name in order]])


def picture(height=40, width=60):
    smooth = torch.rand(1, 1, 5, 7)
    return torch.nn.functional.interpolate(smooth, (height, width), mode="bicubic").clamp(0, 1)


def test_limits_of_zero_change_nothing():
    images = torch.rand(4, 2, 33, 48)
    assert torch.allclose(RandomAffine()(images, torch.rand(4, 8)), images, atol=1e-5)


def test_a_flip_exchanges_left_and_right_and_twice_is_none():
    image, transform = picture(), RandomAffine(flip=0.5)
    flipped = transform(image, numbers(flip=0.0))
    assert torch.allclose(flipped, image.flip(3), atol=1e-5)
    assert torch.allclose(transform(flipped, numbers(flip=0.0)), image, atol=1e-5)
    assert torch.allclose(transform(image, numbers(flip=0.5)), image, atol=1e-5)


@pytest.mark.parametrize(
    ("drawn", "monais"),
    [
        ({"angle": 1.0}, {"rotate_params": radians(-10)}),
        ({"shear_x": 1.0}, {"shear_params": (0, 0.1)}),
        ({"shear_y": 0.0}, {"shear_params": (-0.1, 0)}),
        ({"zoom_x": 0.0, "zoom_y": 1.0}, {"scale_params": (1.1, 0.9)}),
        ({"shift_x": 0.75, "shift_y": 0.25}, {"translate_params": (-2.0, 3.0)}),
    ],
    ids=", ".join,
)
def test_each_part_is_monais_affine_also_where_the_image_is_not_square(drawn, monais):
    image = picture()
    reference = Affine(padding_mode="border", image_only=True, **monais)(image[0])
    ours = RandomAffine(**{**PAPER, "shift": 0.1})(image, numbers(**drawn))[0]
    inside = (slice(None), slice(8, -8), slice(8, -8))  # at the border the two clamp differently
    assert torch.allclose(ours[inside], reference.as_tensor()[inside], atol=2e-3)


def test_what_is_drawn_spans_the_papers_ranges_evenly():
    drawn = torch.from_numpy(np.random.default_rng(0).random((20000, 8), dtype=np.float32))
    # Without flips: a flip is the sign of a determinant, and its share is tested apart.
    matrices = RandomAffine(**{**PAPER, "flip": 0}).matrices(drawn, (224, 224)).double()
    shifts = matrices[:, :, 2] / 2
    assert shifts.abs().max() <= 0.1
    assert torch.allclose(shifts.std(0), torch.full((2,), 0.2 / 12**0.5).double(), rtol=0.03)
    area = torch.linalg.det(matrices[:, :, :2])
    assert 0.9**2 * 0.99 <= area.min() < 0.9 and 1.1 < area.max() <= 1.1**2 * 1.01
    angles = RandomAffine(rotation=10).matrices(drawn, (224, 224))
    degrees = torch.rad2deg(torch.atan2(angles[:, 1, 0], angles[:, 0, 0]))
    assert degrees.abs().max() <= 10.001
    assert float(degrees.std()) == pytest.approx(20 / 12**0.5, rel=0.03)
    flipped = torch.linalg.det(RandomAffine(flip=0.5).matrices(drawn, (224, 224))[:, :, :2]) < 0
    assert float(flipped.float().mean()) == pytest.approx(0.5, abs=0.02)


def test_the_grid_is_torchs():
    matrices = RandomAffine(**PAPER).matrices(torch.rand(3, 8), (24, 40))
    assert torch.allclose(
        _grid(matrices, 24, 40), affine_grid(matrices, [3, 1, 24, 40], align_corners=False), atol=1e-6
    )


def test_an_image_gets_the_same_in_any_batch_and_another_with_another_draw():
    augmented = AugmentedBatch([RandomAffine(**PAPER), RandomAffine(shift=0.3)])
    images, draws = torch.rand(5, 1, 32, 32), torch.arange(5)
    whole, labels = augmented({"image": images, "label": torch.arange(5), "draw": draws}, "cpu")
    assert torch.equal(labels, torch.arange(5))
    alone, _ = augmented({"image": images[3:4], "label": labels[3:4], "draw": draws[3:4]}, "cpu")
    assert torch.allclose(alone[0], whole[3], atol=1e-6)
    other, _ = augmented({"image": images[3:4], "label": labels[3:4], "draw": draws[3:4] + 9}, "cpu")
    assert not torch.allclose(other[0], whole[3], atol=1e-2)


def test_a_mask_moves_with_its_image_and_stays_a_mask():
    mask = torch.zeros(3, 1, 40, 60)
    mask[:, :, 10:25, 20:45] = 1
    augmented = AugmentedBatch([RandomAffine(**PAPER)])
    image, moved = augmented({"image": mask, "label": mask, "draw": torch.arange(3)}, "cpu")
    assert set(moved.unique().tolist()) == {0, 1}
    assert torch.equal(moved, (image >= 0.5).float())
    assert not torch.equal(moved, mask)


def test_without_transforms_a_batch_stays_as_it_is():
    images = torch.rand(2, 1, 16, 16)
    assert torch.equal(AugmentedBatch([])({"image": images, "label": torch.zeros(2), "draw": [1, 2]}, "cpu")[0], images)


def test_images_of_a_store_become_numbers_from_0_to_1():
    batch = {"image": torch.tensor([[[[0, 51, 255]]]], dtype=torch.uint8), "label": torch.tensor([3]), "draw": [7]}
    images, labels = AugmentedBatch([])(batch, "cpu")
    assert images.flatten().tolist() == pytest.approx([0, 0.2, 1])
    assert labels.tolist() == [3]
