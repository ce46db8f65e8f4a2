import math

import pytest

from common.errors import MaskError, SplitError
from common.report.segmentation.measure import chosen_threshold, measured, references

LEFT, RIGHT, STRAY = (10, 10, 30, 30), (10, 50, 30, 70), (40, 40, 50, 50)


def test_what_was_said_exactly_is_perfect(collect):
    (image,) = measured(collect(("p", [LEFT, RIGHT], [LEFT, RIGHT])), 0.5)
    assert [fit.dice for fit in (image.fit, *image.lesions)] == [1, 1, 1]
    assert image.false_alarms == image.fit.hausdorff_95 == 0


def test_a_stray_lowers_the_images_dice_and_no_lesions(collect):
    (image,) = measured(collect(("p", [LEFT], [LEFT, STRAY])), 0.5)
    assert image.lesions[0].dice == 1
    assert image.fit.dice == pytest.approx(2 * 400 / (400 + 500))
    assert image.false_alarms == 1


def test_a_missed_lesion_has_no_distance(collect):
    (image,) = measured(collect(("p", [LEFT, RIGHT], [LEFT])), 0.5)
    assert image.lesions[1].dice == 0
    assert math.isnan(image.lesions[1].hausdorff_95)


def test_a_normal_image_has_no_lesion(collect):
    alarmed, silent = measured(collect(("p", [], [STRAY]), ("q", [], [])), 0.5)
    assert alarmed.normal and silent.normal
    assert (alarmed.lesions, alarmed.false_alarms, alarmed.fit.dice) == ([], 1, 0)
    assert math.isnan(silent.fit.dice)


def test_distances_are_in_mm_where_the_file_says_how_large_a_pixel_is(collect):
    moved = (10, 15, 30, 35)
    (image,) = measured(collect(("p", [LEFT], [moved]), spacing=(0.1, 0.2)), 0.5)
    assert (image.fit.hausdorff_95, image.fit.hausdorff_95_mm) == (5, pytest.approx(1.0))
    (image,) = measured(collect(("p", [LEFT], [moved])), 0.5)
    assert math.isnan(image.fit.hausdorff_95_mm)


def test_the_threshold_is_chosen_on_images_with_a_lesion(collect):
    assert chosen_threshold(collect(("p", [LEFT], [LEFT]), ("q", [], [STRAY]))) == 0.5
    with pytest.raises(SplitError, match="validation images with a lesion, got none"):
        chosen_threshold(collect(("q", [], [STRAY])))


def test_a_mask_of_another_size_is_refused(collect):
    item = collect(("p", [LEFT], [LEFT])).items[0]
    with pytest.raises(MaskError, match="a mask has its image's size, 60 x 81"):
        references(item, (60, 81))
