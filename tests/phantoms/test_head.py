import numpy as np
import pytest

from common.phantoms.bleeds import SUBTYPES, draw_bleeds
from common.phantoms.draw import stream
from common.phantoms.head import AIR, SIDE, draw_head, head_slice


def drawn(level, subtypes=(), *, difficulty=0.0, seed=0):
    head = draw_head(stream(seed, "head"))
    bleeds = draw_bleeds(stream(seed, "bleeds"), subtypes, difficulty=difficulty)
    return head_slice(stream(seed, "slice"), head, level, bleeds)


def test_a_slice_is_a_head_in_air():
    image, masks = drawn(0.3)
    assert (image.shape, image.dtype, masks) == ((SIDE, SIDE), np.int16, {})
    assert image.min() == AIR
    assert (image > 400).mean() == pytest.approx(0.06, abs=0.03)  # bone
    brain = image[SIDE // 2 - 60 : SIDE // 2 + 60, SIDE // 2 - 60 : SIDE // 2 + 60]
    assert np.median(brain) == pytest.approx(30, abs=5)


def test_the_same_streams_draw_the_same_slice_and_others_another():
    assert (drawn(0.3)[0] == drawn(0.3)[0]).all()
    assert (drawn(0.3)[0] != drawn(0.3, seed=1)[0]).any()


def test_the_head_is_smaller_near_the_vertex():
    assert (drawn(0.9)[0] > 900).any(1).sum() < (drawn(0.1)[0] > 900).any(1).sum()


@pytest.mark.parametrize("subtype", SUBTYPES)
def test_blood_is_dense_where_its_mask_is_and_invisible_at_difficulty_1(subtype):
    for seed in range(4):
        level = draw_bleeds(stream(seed, "bleeds"), [subtype], difficulty=0)[0].middle
        image, masks = drawn(level, [subtype], seed=seed)
        mask = masks[subtype]
        assert mask.sum() > 300
        # Medians, because the rim of blood below the skull is partly bone.
        assert np.median(image[mask]) == pytest.approx(66, abs=12)
        assert np.median(drawn(level, [subtype], seed=seed, difficulty=1)[0][mask]) == pytest.approx(36, abs=4)


def test_outside_a_bleed_nothing_changes_but_its_oedema():
    level = draw_bleeds(stream(0, "bleeds"), ["epidural"], difficulty=0)[0].middle
    image, masks = drawn(level, ["epidural"])
    far = np.ones((SIDE, SIDE), bool)
    rows, columns = np.nonzero(masks["epidural"])
    far[rows.min() - 8 : rows.max() + 8, columns.min() - 8 : columns.max() + 8] = False
    assert (image == drawn(level)[0])[far].all()
