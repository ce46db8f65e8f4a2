import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from monai.metrics import compute_hausdorff_distance

from common.errors import SplitError
from common.metrics.segmentation import (
    THRESHOLDS,
    dice,
    dice_at_thresholds,
    dice_threshold,
    hausdorff_95,
    iou,
    shared_out,
)

masks = arrays(np.bool_, (12, 17), elements=st.booleans())


def block(*edges, size=(40, 60)):
    mask = np.zeros(size, dtype=np.bool_)
    top, left, bottom, right = edges
    mask[top:bottom, left:right] = True
    return mask


@given(masks, masks)
def test_overlap_is_symmetric_and_dice_follows_from_iou(first, second):
    assert dice(first, second) == dice(second, first) or not (first.any() or second.any())
    if first.any() or second.any():
        its = iou(first, second)
        assert 0 <= its <= dice(first, second) <= 1
        assert dice(first, second) == pytest.approx(2 * its / (1 + its))


@given(masks)
def test_a_mask_covers_itself(mask):
    if mask.any():
        assert dice(mask, mask) == iou(mask, mask) == 1
        assert hausdorff_95(mask, mask) == 0


def test_what_has_nothing_to_compare_is_undefined():
    empty, some = block(0, 0, 0, 0), block(1, 1, 5, 5)
    assert math.isnan(dice(empty, empty)) and math.isnan(iou(empty, empty))
    assert dice(some, empty) == iou(some, empty) == 0
    assert math.isnan(hausdorff_95(some, empty)) and math.isnan(hausdorff_95(empty, some))


@pytest.mark.parametrize("seed", range(8))
def test_the_hausdorff_distance_is_monais(seed):
    generator = np.random.default_rng(seed)
    first, second = (block(top, left, top + 12, left + 20) for top, left in generator.integers(0, 28, (2, 2)))
    second &= generator.random(second.shape) < 0.9
    spacing = tuple(generator.uniform(0.1, 2, 2))
    pair = [torch.from_numpy(mask[None, None].astype(np.float32)) for mask in (second, first)]
    for unit in ((1.0, 1.0), spacing):
        monais = compute_hausdorff_distance(*pair, include_background=True, percentile=95, spacing=list(unit))
        assert hausdorff_95(first, second, unit) == pytest.approx(float(monais), rel=1e-6)


def test_a_shift_is_as_far_as_it_is():
    assert hausdorff_95(block(5, 5, 15, 15), block(5, 12, 15, 22)) == 7
    assert hausdorff_95(block(5, 5, 15, 15), block(5, 12, 15, 22), (1.0, 0.1)) == pytest.approx(0.7)


def test_a_component_belongs_to_the_lesion_that_it_shares_most_with():
    left, right = block(5, 5, 15, 15), block(5, 30, 15, 40)
    bridge, alone, stray = block(8, 10, 12, 32), block(14, 39, 18, 42), block(30, 50, 35, 55)
    own, strays = shared_out(bridge | alone | stray, [left, right])
    assert np.array_equal(own[0], bridge)
    assert np.array_equal(own[1], alone)
    assert strays == 1
    assert shared_out(stray, []) == ([], 1)


@given(masks, st.integers(0, 2**32 - 1))
def test_dice_at_every_threshold_is_dice_at_each(reference, seed):
    probability = np.random.default_rng(seed).choice([0.0, *THRESHOLDS, 1.0, 0.333], reference.shape)
    each = [dice(reference, probability >= threshold) for threshold in THRESHOLDS]
    np.testing.assert_array_equal(dice_at_thresholds(reference, probability), each)


def test_among_equal_thresholds_the_one_nearest_to_an_even_chance_is_chosen():
    lesion = block(5, 5, 15, 15)
    sure = np.where(lesion, 0.9, 0.2)
    assert dice_threshold([dice_at_thresholds(lesion, sure)]) == 0.5
    low = np.where(lesion, 0.3, 0.1)
    assert dice_threshold([dice_at_thresholds(lesion, low)]) == 0.3
    with pytest.raises(SplitError, match="validation images with a lesion, got none: choose another fold"):
        dice_threshold([])
