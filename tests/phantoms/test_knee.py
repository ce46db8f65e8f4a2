import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from common.phantoms.draw import stream
from common.phantoms.knee import draw_knee, knee_slices, position, shows_ligament, shows_meniscus

NOTCH = slice(90, 130), slice(105, 150)
"""Rows and columns where the anterior cruciate ligament runs."""

REAR_HORN = slice(118, 140), slice(150, 178)
"""Rows and columns of the rear horn of a meniscus."""


def knee(index, *, ligament=False, meniscus=False, difficulty=0.0):
    return draw_knee(stream(0, "knee", index), ligament=ligament, meniscus=meniscus, difficulty=difficulty)


def slices(index, knee, indices):
    return [image / 255 for image in knee_slices(knee, indices, seed=0, key="test", number=index)]


def test_at_difficulty_1_what_is_torn_changes_nothing():
    for index in range(20):
        whole = knee(index, difficulty=1)
        assert whole == knee(index, ligament=True, meniscus=True, difficulty=1)


def test_a_slice_does_not_depend_on_which_others_are_drawn():
    one = knee(1, ligament=True)
    together = [*knee_slices(one, range(3), seed=0, key="test", number=1)]
    (alone,) = knee_slices(one, [2], seed=0, key="test", number=1)
    assert (alone.shape, alone.dtype) == ((256, 256), np.uint8)
    assert (together[2] == alone).all()


def test_slices_go_from_side_to_side_and_the_ligament_is_in_the_middle():
    for index in range(30):
        one = knee(index)
        assert 17 <= one.slices <= 30
        middle = [n for n in range(one.slices) if shows_ligament(one, n)]
        sides = [n for n in range(one.slices) if shows_meniscus(one, n)]
        assert not set(middle) & set(sides)
        assert min(sides) < min(middle)
        assert max(middle) < max(sides)
        assert position(one, 0) == pytest.approx(-position(one, one.slices - 1))


@pytest.mark.parametrize(("part", "box"), [("ligament", NOTCH), ("meniscus", REAR_HORN)])
@pytest.mark.parametrize(("difficulty", "low", "high"), [(0.0, 0.9, 1.0), (1.0, 0.3, 0.7)])
def test_the_signal_where_it_tears_separates_the_classes_as_the_difficulty_says(part, box, difficulty, low, high):
    torn, signal = np.arange(50) % 2, []
    shows = shows_ligament if part == "ligament" else shows_meniscus
    for index, value in enumerate(torn):
        one = knee(index, **{part: bool(value)}, difficulty=difficulty)
        shown = next(n for n in range(one.slices // 3, one.slices) if shows(one, n))
        (image,) = slices(index, one, [shown])
        signal.append(image[box].mean() / image[150:220, 110:140].mean())
    assert low <= roc_auc_score(torn, signal) <= high


def test_a_torn_ligament_brings_an_effusion_and_a_torn_meniscus_a_cyst():
    knees = {key: [knee(n, **{key: True}) for n in range(100)] for key in ("ligament", "meniscus")}
    effusion = {key: np.mean([one.effusion for one in of]) for key, of in knees.items()}
    cyst = {key: np.mean([one.cyst for one in of]) for key, of in knees.items()}
    assert effusion["ligament"] > effusion["meniscus"] + 0.5
    assert cyst["meniscus"] > cyst["ligament"] + 0.5


def test_the_background_is_dark_and_the_leg_is_not():
    (image,) = slices(3, knee(3), [8])
    assert image[:, :8].mean() < 0.1
    assert image[60:200, 110:150].mean() > 0.25
