import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from common.localization.overlap import STEPS, THRESHOLDS, counted, in_steps, overlaps


def measured(maps, masks):
    return overlaps(counted(in_steps(torch.as_tensor(maps, dtype=torch.float32)), torch.as_tensor(masks)))


@pytest.fixture
def random():
    generator = np.random.default_rng(0)
    maps = generator.random((5, 12, 9)).astype(np.float32)
    maps /= maps.max(axis=(1, 2), keepdims=True)
    return maps, generator.random((5, 12, 9)) < 0.3


def test_a_map_that_is_the_mask_has_all_of_everything(random):
    _, masks = random
    found = measured(masks.astype(np.float32), masks)
    assert (found.dice[:, 1:] == 1).all()
    assert (found.iou[:, 1:] == 1).all()
    assert (found.pointing == 1).all()
    assert (found.energy == 1).all()


def test_a_map_beside_the_mask_has_nothing_but_at_threshold_0_where_a_region_is_the_whole_image(random):
    _, masks = random
    found, share = measured(1.0 - masks, masks), masks.mean(axis=(1, 2))
    assert not found.dice[:, 1:].any()
    assert not (found.pointing + found.energy).any()
    assert found.dice[:, 0] == pytest.approx(2 * share / (1 + share))


def test_it_is_what_thresholding_the_map_itself_gives(random):
    maps, masks = random
    found = measured(maps, masks)
    for place in (0, 1, 37, 100, 199, 200):
        region = maps >= np.float32(THRESHOLDS[place])
        both = (region & masks).sum(axis=(1, 2))
        sizes = region.sum(axis=(1, 2)) + masks.sum(axis=(1, 2))
        assert found.dice[:, place] == pytest.approx(2 * both / sizes)
        assert found.iou[:, place] == pytest.approx(both / (sizes - both))
    strongest = [mask.flat[its.argmax()] for its, mask in zip(maps, masks, strict=True)]
    assert found.pointing.tolist() == strongest
    inside = (maps * masks).sum(axis=(1, 2)) / maps.sum(axis=(1, 2))
    assert found.energy == pytest.approx(inside, abs=1 / STEPS)


def test_a_map_that_is_the_same_everywhere_hits_as_often_as_a_random_pixel(random):
    maps, masks = random
    found, share = measured(np.ones_like(maps), masks), masks.mean(axis=(1, 2))
    for values in (found.pointing, found.energy, *found.iou.T):
        assert values == pytest.approx(share)


def test_a_map_without_evidence_hits_nothing(random):
    maps, masks = random
    found = measured(np.zeros_like(maps), masks)
    assert not (found.pointing + found.energy + found.dice[:, 1]).any()


@given(st.integers(0, 2**32 - 1), st.integers(2, 4))
def test_stretching_map_and_mask_alike_changes_nothing(seed, times):
    generator = np.random.default_rng(seed)
    maps, masks = generator.random((2, 5, 4)), generator.random((2, 5, 4)) < 0.5
    masks[:, 0, 0] = True
    stretched = [its.repeat(times, axis=1).repeat(2, axis=2) for its in (maps, masks)]
    for own, other in zip(measured(maps, masks), measured(*stretched), strict=True):
        assert other == pytest.approx(own)
