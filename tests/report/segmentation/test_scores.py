import numpy as np
import pytest

from common.report.segmentation.evaluation import sentence
from common.report.segmentation.measure import measured
from common.report.segmentation.scores import segmentation_scores

LEFT, RIGHT, STRAY = (10, 10, 30, 30), (10, 50, 30, 70), (40, 40, 50, 50)
HALF = (10, 10, 20, 30)


@pytest.fixture
def scored(collect):
    """Scores of six images of four patients: two lesions in the first, one missed, two normals, one with an alarm."""
    test = collect(
        ("p", [LEFT, RIGHT], [LEFT, RIGHT]),
        ("p", [LEFT], [HALF]),
        ("q", [LEFT], []),
        ("r", [LEFT], [LEFT, STRAY]),
        ("s", [], [STRAY]),
        ("s", [], []),
    )
    valid = collect(("v", [LEFT], [LEFT]))
    return segmentation_scores(
        measured(valid, 0.5), measured(test, 0.5), validation_items=valid.items, test_items=test.items, threshold=0.5
    )


def test_each_image_and_each_lesion_counts_once(scored):
    test = scored["test"]
    assert (test["images"], test["patients"], test["normal_images"], test["lesions"]) == (6, 4, 2, 5)
    assert test["per_image"]["dice"]["n"] == 4
    assert test["per_lesion"]["dice"]["n"] == 5
    assert test["per_lesion"]["dice"]["value"] == pytest.approx(np.mean([1, 1, 2 / 3, 0, 1]))


def test_a_missed_lesion_is_counted_where_it_has_no_distance(scored):
    its = scored["test"]["per_lesion"]
    assert its["missed"] == 1
    assert its["hausdorff_95"]["n"] == 4
    assert "hausdorff_95_mm" not in its


def test_found_is_half_of_the_union(scored):
    found = scored["test"]["per_lesion"]["found"]
    assert (found["value"], found["n"]) == (0.8, 5)
    assert found["low"] < 0.8 < found["high"]


def test_normals_have_their_own_scores(scored):
    normals = scored["test"]["normals"]
    assert (normals["false_positives"]["value"], normals["false_positives"]["n"]) == (0.5, 2)
    assert normals["predicted_area"]["value"] == pytest.approx(100 / 4800 / 2)


def test_the_result_in_a_line(scored):
    said = sentence(scored, synthetic=True)
    assert said.startswith("SYNTHETIC images (phantoms): test mean Dice 0.733 [")
    assert "n = 5 lesions of 4 patients (clustered by patient), share found 0.800 [" in said
    assert said.endswith("n = 2 normal images")
