import numpy as np
import pytest

from common.phantoms.bleeds import SUBTYPES, draw_bleeds
from common.phantoms.draw import stream
from common.phantoms.head import draw_head, head_slice


def masks_of(subtype, seed, level=None):
    bleed = draw_bleeds(stream(seed, "bleeds"), [subtype], difficulty=0)[0]
    level = bleed.middle if level is None else level
    return bleed, head_slice(stream(seed, "slice"), draw_head(stream(seed, "head")), level, [bleed])


@pytest.mark.parametrize("subtype", SUBTYPES)
def test_a_bleed_ends_above_and_below(subtype):
    bleed, (_, masks) = masks_of(subtype, 0)
    assert masks[subtype].any()
    assert masks_of(subtype, 0, level=bleed.middle + 1.01 * bleed.reach)[1][1] == {}


@pytest.mark.parametrize("subtype", ["epidural", "subdural", "subarachnoid", "intraparenchymal"])
def test_a_bleed_lies_on_its_side(subtype):
    bleed, (_, masks) = masks_of(subtype, 1)
    columns = np.nonzero(masks[subtype])[1]
    assert np.sign(columns.mean() - masks[subtype].shape[1] / 2) == bleed.side


def test_a_lens_is_thick_and_short_and_a_crescent_thin_and_long():
    def extent(subtype, seed):
        mask = masks_of(subtype, seed)[1][1][subtype]
        return np.ptp(np.nonzero(mask)[0]), np.ptp(np.nonzero(mask)[1]), mask.sum()

    lenses, crescents = ([extent(subtype, seed) for seed in range(6)] for subtype in ("epidural", "subdural"))
    length = [np.mean([max(tall, wide) for tall, wide, _ in them]) for them in (lenses, crescents)]
    thickness = [np.mean([area / max(tall, wide) for tall, wide, area in them]) for them in (lenses, crescents)]
    assert length[0] < length[1]
    assert thickness[0] > thickness[1]


def test_blood_in_the_ventricles_lies_behind():
    masks = masks_of("intraventricular", 0)[1][1]
    assert np.nonzero(masks["intraventricular"])[0].mean() > 256
