from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import binary_erosion, label
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from common.phantoms.draw import stream
from common.phantoms.examinations import draw_examination
from common.phantoms.lesions import draw_lesion
from common.phantoms.ultrasound import breast_image

LESION = replace(
    draw_lesion(stream(0, "test"), malignant=False, difficulty=0),
    cyst=False, across=0.5, depth=0.4, size=0.25, orientation=0.6, echo=-12.0, irregularity=0.02, posterior=0.0,
)  # fmt: skip


def draw(lesion=LESION, index=1):
    exam = draw_examination(index, seed=0, key="test")
    image, (mask,), _ = breast_image(stream(0, "image", index), exam, [lesion])
    return image.astype(float), mask


def behind(image, mask):
    """Mean grey level below the lesion minus that beside it at the same depth."""
    bottom, columns = np.flatnonzero(mask.any(1))[-1], mask.any(0)
    below = image[bottom + 8 : bottom + 60]
    return below[:, columns].mean() - below[:, ~columns].mean()


def features(image, mask):
    """Echo, orientation, margin and posterior features, as a reader would measure them."""
    tall, wide = (np.ptp(np.flatnonzero(mask.any(axis))) + 1 for axis in (1, 0))
    margin = (mask & ~binary_erosion(mask)).sum() ** 2 / mask.sum()
    rows = mask.any(1)
    return image[mask].mean() - image[rows][~mask[rows]].mean(), tall / wide, margin, behind(image, mask)


@pytest.mark.parametrize(("difficulty", "low", "high"), [(0, 0.95, 1), (0.2, 0.85, 1), (1, 0.35, 0.65)])
def test_hand_measured_features_separate_the_classes_as_the_difficulty_says(difficulty, low, high):
    malignant = np.arange(160) % 2
    drawn = [
        draw(draw_lesion(stream(0, "lesion", index), malignant=bool(value), difficulty=difficulty), index + 1)
        for index, value in enumerate(malignant)
    ]
    table = np.array([features(*each) for each in drawn])
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(table[:80], malignant[:80])
    auc = roc_auc_score(malignant[80:], model.predict_proba(table[80:])[:, 1])
    assert low <= auc <= high


@pytest.mark.parametrize("value", [False, True])
def test_masks_fit_the_image_lie_inside_it_and_are_one_lesion(value):
    for index in range(1, 41):
        image, mask = draw(draw_lesion(stream(2, "lesion", index), malignant=value, difficulty=0), index)
        assert image.shape == mask.shape
        assert not (mask[0].any() or mask[-1].any() or mask[:, 0].any() or mask[:, -1].any())
        parts, _ = label(mask)
        assert np.bincount(parts.ravel())[1:].max() > 0.95 * mask.sum()


def test_the_mask_is_where_the_truth_says():
    _, mask = draw()
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    assert rows.mean() / mask.shape[0] == pytest.approx(LESION.depth, abs=0.02)
    assert columns.mean() / mask.shape[1] == pytest.approx(LESION.across, abs=0.02)
    assert len(rows) / len(columns) == pytest.approx(LESION.orientation, rel=0.1)
    assert mask.sum() == pytest.approx(np.pi / 4 * (LESION.size * min(mask.shape)) ** 2, rel=0.1)


def test_a_cyst_is_black_and_bright_behind_and_a_cancer_casts_a_shadow():
    image, mask = draw(replace(LESION, cyst=True, echo=-32.0, posterior=9.0))
    assert image[mask].mean() < 10
    assert behind(image, mask) > 15
    assert behind(*draw(replace(LESION, posterior=-13.0))) < -15
    assert abs(behind(*draw())) < 12


def test_an_image_without_a_lesion_has_no_mask():
    image, masks, truth = breast_image(stream(0, "image"), draw_examination(1, seed=0, key="test"))
    assert image.dtype == np.uint8
    assert masks.shape == (0, *image.shape)
    assert truth["lesions"] == []


def test_two_lesions_have_two_masks_that_do_not_meet():
    exam = draw_examination(1, seed=0, key="test")
    left, right = (replace(LESION, across=across, size=0.12) for across in (0.25, 0.75))
    _, masks, truth = breast_image(stream(0, "image"), exam, [left, right])
    assert masks.any((1, 2)).all()
    assert not masks.all(0).any()
    assert [lesion["across"] for lesion in truth["lesions"]] == [0.25, 0.75]


def test_sizes_vary_between_patients_and_are_not_square():
    shapes = [draw(index=index)[0].shape for index in range(1, 21)]
    assert len(set(shapes)) > 15
    assert all(300 <= height <= 500 and 350 <= width <= 600 for height, width in shapes)
    assert all(height != width for height, width in shapes)


def test_envelope_of_a_uniform_tissue_is_rayleigh_speckle_compounded():
    """The mean over the standard deviation of intensity grows with the square root of the number of looks."""
    from common.phantoms.ultrasound import LOOKS, NOISE, _envelope

    power = 10 ** (_envelope(stream(0, "speckle"), np.zeros((400, 300), np.float32), (1.2, 1.2)) / 10) - NOISE
    inner = power[10:-10, 10:-10]
    assert inner.mean() / inner.std() == pytest.approx(np.sqrt(LOOKS), rel=0.05)
