from dataclasses import replace

import numpy as np
import pytest

from common.phantoms.draw import stream
from common.phantoms.pneumonia import draw_pneumonia
from common.phantoms.radiograph import draw_chest, radiograph

SIZE = 200, 240


def draw(index=0, *, size=SIZE, **classes):
    pneumonia = draw_pneumonia(stream(index, "p"), **{"ill": True, "diffuse": False, "difficulty": 0, **classes})
    return radiograph(stream(index, "view"), draw_chest(stream(index, "chest")), pneumonia, size=size)


def test_the_image_has_its_size_and_the_spine_is_brighter_than_the_lungs():
    for index in range(8):
        image, _, _ = draw(index, ill=False)
        assert (image.dtype, image.shape) == (np.uint8, SIZE)
        middle, lung = (
            image[90:110, 110:130].mean(),
            np.minimum(image[80:120, 60:90].mean(), image[80:120, 150:180].mean()),
        )
        assert middle > lung + 20


def test_at_difficulty_1_ill_and_healthy_are_one_image():
    assert (draw(ill=True, difficulty=1)[0] == draw(ill=False, difficulty=1)[0]).all()


def test_an_opacity_is_bright_where_its_box_says_and_nowhere_else():
    for index in range(6):
        chest, pneumonia = (
            draw_chest(stream(index, "chest")),
            draw_pneumonia(stream(index, "p"), ill=True, diffuse=False, difficulty=0),
        )
        with_it, (box, *_), truth = radiograph(stream(index, "view"), chest, pneumonia, size=SIZE)
        without, _, _ = radiograph(stream(index, "view"), chest, replace(pneumonia, opacity=0.0), size=SIZE)
        brighter = with_it.astype(float) - without
        left, top, width, height = box
        assert 0 <= left < left + width <= SIZE[1]
        assert 0 <= top < top + height <= SIZE[0]
        inside = np.zeros(SIZE, bool)
        inside[top : top + height, left : left + width] = True
        assert brighter[inside].mean() > 10
        assert brighter[inside].sum() > 0.6 * brighter.sum()
        assert list(truth["boxes"][0]) == list(box)


def test_the_patient_s_right_lung_stands_on_the_image_s_left():
    """The heart points to the patient's left."""
    images = [draw(index, ill=False)[0].astype(float) for index in range(12)]
    lower = np.mean([image[120:150] for image in images], axis=(0, 1))
    assert lower[130:160].mean() > lower[80:110].mean() + 5


@pytest.mark.parametrize("size", [(64, 96), (150, 100)])
def test_any_shape_can_be_drawn(size):
    assert draw(size=size)[0].shape == size
