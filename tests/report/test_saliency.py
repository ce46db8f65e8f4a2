import io

import numpy as np
from PIL import Image

from common.report.saliency import LINE, MARGIN, SIDE, side_by_side


def drawn(image, evidence, size=(100, 200), caption=("a.png", "malignant, p = 0.9")):
    picture = side_by_side(image.astype(np.float32), evidence.astype(np.float32), size=size, caption=caption)
    return np.asarray(Image.open(io.BytesIO(picture)))


def test_the_image_is_on_the_left_the_evidence_coloured_on_the_right_in_the_files_aspect():
    image, evidence = np.full((32, 32), 0.5), np.zeros((32, 32))
    evidence[:16] = 1
    picture = drawn(image, evidence)
    assert picture.shape == (SIDE // 2 + 2 * MARGIN + 3 * LINE + MARGIN, 2 * SIDE + 3 * MARGIN, 3)
    left, right = (
        picture[MARGIN : MARGIN + 160, MARGIN:][:, :SIDE],
        picture[MARGIN : MARGIN + 160, 2 * MARGIN + SIDE :][:, :SIDE],
    )
    assert np.ptp(left) <= 1
    assert np.ptp(right[100:], axis=2).max() <= 1  # without evidence: grey
    assert np.ptp(right[:60], axis=2).min() > 60  # with evidence: a colour


def test_a_long_name_loses_its_middle_and_the_picture_keeps_its_size():
    flat = np.zeros((8, 8))
    short, long = drawn(flat, flat), drawn(flat, flat, caption=("a" * 300 + "b.png", "malignant, p = 0.9"))
    assert short.shape == long.shape
    assert (long[:, -MARGIN:] == 255).all()


def test_outlines_lie_around_their_regions_on_a_panel_between_the_two():
    flat, region = np.full((32, 32), 0.5, np.float32), np.zeros((32, 32), bool)
    region[8:16, 8:16] = True
    picture = np.asarray(
        Image.open(io.BytesIO(side_by_side(flat, 0 * flat, size=(32, 32), caption=[], regions={"#ff0000": region})))
    )
    assert picture.shape[1] == 3 * SIDE + 4 * MARGIN
    image, outlined = (picture[MARGIN:, MARGIN + n * (SIDE + MARGIN) :][:SIDE, :SIDE] for n in (0, 1))
    red = (outlined == [255, 0, 0]).all(axis=2)
    assert red[70:170, 70:170].any()
    assert not red[80:160, 80:160].any()
    assert np.array_equal(outlined[~red], image[~red])
