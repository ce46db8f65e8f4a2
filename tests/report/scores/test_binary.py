from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import (
    average_precision_score,
    balanced_accuracy_score,
    brier_score_loss,
    recall_score,
    roc_auc_score,
)

from common.errors import SplitError
from common.files import write_json
from common.report.scores import binary_scores

METRICS = ("auc", "average_precision", "brier", "expected_calibration_error", "brier_calibrated",
           "expected_calibration_error_calibrated")  # fmt: skip
AT_THRESHOLD = ("sensitivity", "specificity", "balanced_accuracy")


def every_interval(scores):
    yield scores["validation"]["auc"]
    yield from (scores["test"][name] for name in METRICS)
    yield from (scores["test"][threshold][name] for threshold in scores["thresholds"] for name in AT_THRESHOLD)


def test_every_score_has_an_interval_around_it_and_its_n(scores):
    intervals = list(every_interval(scores))
    assert len(intervals) == 13
    for interval in intervals:
        assert list(interval) == ["value", "low", "high", "n"]
        assert 0 <= interval["low"] < interval["value"] < interval["high"] <= 1
        assert interval["n"] > 0


def test_values_are_scikit_learns(scores, test):
    called = test.positive >= scores["thresholds"]["youden"]
    of_test = scores["test"]
    expected = {
        "auc": roc_auc_score(test.label, test.positive),
        "average_precision": average_precision_score(test.label, test.positive),
        "brier": brier_score_loss(test.label, test.positive),
    }
    assert {name: of_test[name]["value"] for name in expected} == pytest.approx(expected)
    assert of_test["youden"]["sensitivity"]["value"] == pytest.approx(recall_score(test.label, called))
    assert of_test["youden"]["specificity"]["value"] == pytest.approx(recall_score(test.label, called, pos_label=0))
    assert of_test["youden"]["balanced_accuracy"]["value"] == pytest.approx(balanced_accuracy_score(test.label, called))


def test_counts_say_what_each_score_stands_on(scores, test):
    positives = int(test.label.sum())
    of_test = scores["test"]
    assert (of_test["images"], of_test["patients"], of_test["positives"]) == (400, 200, positives)
    assert of_test["auc"]["n"] == 400
    assert of_test["youden"]["sensitivity"]["n"] == positives
    assert of_test["youden"]["specificity"]["n"] == 400 - positives


def test_labels_of_the_test_part_influence_neither_thresholds_nor_temperature(scores, validation, test):
    other = binary_scores(validation, replace(test, label=1 - test.label))
    assert (other["thresholds"], other["temperature"]) == (scores["thresholds"], scores["temperature"])
    assert other["validation"] == scores["validation"]
    assert other["test"]["auc"]["value"] == pytest.approx(1 - scores["test"]["auc"]["value"])


def test_labels_of_validation_do(scores, validation, test):
    other = binary_scores(replace(validation, label=np.roll(validation.label, 7)), test)
    assert other["thresholds"] != scores["thresholds"]
    assert other["temperature"] != scores["temperature"]


def test_the_temperature_mends_what_was_too_certain(scores):
    assert scores["temperature"] > 1.2
    assert scores["test"]["brier_calibrated"]["value"] < scores["test"]["brier"]["value"]


def test_the_sensitive_threshold_is_the_lower_one(scores):
    assert scores["thresholds"]["sensitivity_95"] <= scores["thresholds"]["youden"]


def test_unknown_patients_are_said_and_narrow_the_intervals(scores, validation, test):
    assert scores["level"] == "clustered by patient"
    nobody = np.full(len(test), "")
    optimistic = binary_scores(validation, replace(test, patient=nobody))
    assert (optimistic["level"], optimistic["test"]["patients"]) == ("image-level: optimistic", None)
    for narrow, wide in zip(list(every_interval(optimistic))[1:], list(every_interval(scores))[1:], strict=True):
        assert narrow["value"] == wide["value"]
    assert optimistic["test"]["auc"]["low"] > scores["test"]["auc"]["low"]
    assert optimistic["test"]["brier"]["high"] < scores["test"]["brier"]["high"]


def test_patients_known_of_some_images_only_are_said(validation, test):
    some = np.where(np.arange(len(test)) % 2, test.patient, "")
    partly = binary_scores(validation, replace(test, patient=some))
    told = "clustered by patient where one is known: optimistic"
    assert (partly["level"], partly["test"]["patients"]) == (told, None)


def test_images_without_a_label_are_left_out(scores, validation, test):
    spoilt = test.label.copy()
    spoilt[::5] = -1
    assert binary_scores(validation, replace(test, label=spoilt)) == binary_scores(
        validation, test.rows(np.arange(400) % 5 != 0)
    )


@pytest.mark.parametrize("label", [0, 1])
def test_a_test_part_with_one_class_is_undefined_not_a_crash(validation, test, label, tmp_path):
    scores = binary_scores(validation, replace(test, label=np.full(400, label)))
    assert np.isnan([scores["test"]["auc"]["value"], scores["test"]["youden"]["balanced_accuracy"]["low"]]).all()
    assert np.isfinite(scores["test"]["brier"]["value"])
    write_json(tmp_path / "metrics.json", scores)
    assert "null" in (tmp_path / "metrics.json").read_text()


def test_an_empty_test_part_is_undefined_not_a_crash(validation, test):
    scores = binary_scores(validation, test.select("no such part"))
    assert all(interval["n"] == 0 and np.isnan(interval["value"]) for interval in list(every_interval(scores))[1:])


def test_a_validation_part_with_one_class_is_refused(validation, test):
    with pytest.raises(SplitError, match=r"needs images of both classes .* got 0 positive among 120"):
        binary_scores(replace(validation, label=np.zeros(120, dtype=np.int64)), test)
