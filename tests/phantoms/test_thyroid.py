import numpy as np
import pytest

from common.phantoms.draw import stream
from common.phantoms.examinations import draw_examination
from common.phantoms.lesions import draw_lesion
from common.phantoms.thyroid import CAPTIONS_FROM, HEIGHT, WIDTH, draw_console, thyroid_frame


def draw(case=1, *, captions=("TIRADS 4C (4C)",), malignant=True):
    nodule = draw_lesion(stream(0, "nodule", case), malignant=malignant, difficulty=0)
    console = draw_console(case, seed=0, key="test")
    examination = draw_examination(case, seed=0, key="test")
    frame, masks, truth = thyroid_frame(stream(0, "frame", case), examination, console, [nodule], captions=captions)
    return frame, masks, truth, console


@pytest.mark.parametrize("case", range(1, 7))
def test_the_image_ends_above_the_captions_which_alone_are_coloured(case):
    frame, masks, _, console = draw(case)
    assert (frame.shape, frame.dtype, masks.shape) == ((HEIGHT, WIDTH, 3), np.uint8, (1, HEIGHT, WIDTH))
    coloured = (frame != frame[..., :1]).any(axis=2)
    assert not coloured[:CAPTIONS_FROM].any()
    assert coloured[CAPTIONS_FROM:].any()
    grey = frame[..., 0] * ~coloured
    assert not grey[CAPTIONS_FROM:].any()
    assert (console.top + console.height, console.left + console.width) <= (CAPTIONS_FROM, WIDTH)


def test_without_captions_the_rows_below_are_black_and_the_rest_is_the_same():
    told, silent = draw()[0], draw(captions=())[0]
    assert not silent[CAPTIONS_FROM:].any()
    assert (told[:CAPTIONS_FROM] == silent[:CAPTIONS_FROM]).all()


@pytest.mark.parametrize("case", range(1, 7))
def test_a_nodule_is_darker_than_the_gland_beside_it(case):
    frame, (mask,), _, _ = draw(case)
    rows = np.flatnonzero(mask.any(axis=1))
    columns = np.flatnonzero(mask.any(axis=0))
    middle = slice(*np.quantile(rows, [0.3, 0.7]).astype(int))
    beside = np.r_[columns[0] - 25 : columns[0] - 5, columns[-1] + 5 : columns[-1] + 25]
    gland = frame[middle, :, 0][:, beside].mean()
    assert frame[..., 0][mask].mean() < 0.7 * gland


def test_consoles_differ_between_examinations():
    assert len({draw_console(case, seed=0, key="test") for case in range(1, 21)}) == 20
