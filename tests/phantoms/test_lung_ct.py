from dataclasses import replace

import numpy as np

from common.phantoms.draw import stream
from common.phantoms.lung_ct import WINDOW, draw_thorax, lung_slice, slices_of
from common.phantoms.pneumonia import draw_pneumonia

SIZE = 128
RECORD = {"dataset": "test", "seed": 0, "difficulty": 0}


def grey(units):
    return 255 * (units - (WINDOW[0] - WINDOW[1] / 2)) / WINDOW[1]


def draw(index, *, height=0.5, **changes):
    thorax = replace(draw_thorax(stream(index, "thorax")), turn=0.0, level=0.5)
    pneumonia = replace(draw_pneumonia(stream(index, "p"), ill=True, diffuse=True, difficulty=0), **changes)
    return lung_slice(stream(index, "slice"), thorax, pneumonia, height=height, size=SIZE)


def test_air_and_lung_and_soft_tissue_have_their_hounsfield_units_in_the_lung_window():
    for index in range(6):
        image, _ = draw(index, opacity=0.0)
        assert image.shape == (SIZE, SIZE)
        assert abs(np.median(image[:8]) - grey(-1000)) < 8
        assert abs(np.median(image[60:68, 36:44]) - grey(-850)) < 40
        assert np.median(image[84:92, 60:68]) > grey(0)


def test_the_spine_is_below_and_the_heart_above():
    images = np.mean([draw(index, opacity=0.0)[0] for index in range(8)], axis=0)
    assert images[86:90, 62:66].mean() > 240
    assert images[45:55, 62:70].mean() > grey(-100)


def test_opacities_are_denser_than_lung_and_the_burden_says_how_much():
    for index in range(6):
        height = draw(index)[1]["pneumonia"]["foci"][0][1]
        (ill, truth), (healthy, none) = draw(index, height=height), draw(index, height=height, opacity=0.0)
        assert (ill.astype(int) - healthy).min() >= -1, "nothing becomes less dense"
        assert ill.mean() > healthy.mean()
        assert truth["burden"] > none["burden"] == 0


def test_a_slice_beside_the_opacity_shows_none():
    focus = (0.5, 0.3, 0.5, 0.1, 1)
    assert draw(0, height=0.9, foci=(focus,))[1]["burden"] == 0 < draw(0, height=0.3, foci=(focus,))[1]["burden"]


def slices(patient, **changes):
    return [
        image
        for image, _ in slices_of(
            RECORD, patient, **{"ill": True, "diffuse": True, "scan": 0, "amount": 3, "size": 64, **changes}
        )
    ]


def test_slices_of_a_patient_resemble_each_other_and_are_the_same_every_time():
    first, again, other, second = slices(1), slices(1), slices(2), slices(1, scan=1)
    assert all((one == two).all() for one, two in zip(first, again, strict=True))
    assert np.corrcoef(first[0].ravel(), first[1].ravel())[0, 1] > np.corrcoef(first[0].ravel(), other[0].ravel())[0, 1]
    assert not (first[0] == second[0]).all()
