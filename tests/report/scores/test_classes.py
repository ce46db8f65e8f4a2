from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    balanced_accuracy_score,
    brier_score_loss,
    cohen_kappa_score,
    confusion_matrix,
    recall_score,
    roc_auc_score,
)

from common.errors import SplitError
from common.files import write_json
from common.report.scores import binary_scores, scores_of

OF_CLASS = ("prevalence", "auc", "average_precision", "brier", "expected_calibration_error", "brier_calibrated",
            "expected_calibration_error_calibrated")  # fmt: skip
AT_THRESHOLD = ("sensitivity", "specificity", "balanced_accuracy")


def every_interval(scores):
    """Every score below, with the path to it."""
    for key, value in scores.items():
        if isinstance(value, dict):
            if "value" in value:
                yield key, value
            else:
                yield from ((f"{key} {rest}", its) for rest, its in every_interval(value))


@pytest.mark.parametrize("name", ["scale", "findings"])
def test_every_score_has_an_interval_around_it_and_its_n(name, request):
    _, test, scores = request.getfixturevalue(name)
    intervals = dict(every_interval({"test": scores["test"], "validation": scores["validation"]}))
    for class_name in test.class_names:
        wanted = {f"test classes {class_name} {score}" for score in OF_CLASS}
        wanted |= {
            f"test classes {class_name} {threshold} {score}"
            for threshold in ("youden", "sensitivity_95")
            for score in AT_THRESHOLD
        }
        assert wanted <= set(intervals)
    for path, interval in intervals.items():
        assert list(interval) == ["value", "low", "high", "n"]
        assert interval["low"] <= interval["value"] <= interval["high"], path
        assert interval["n"] > 0


def test_values_of_classes_are_scikit_learns(scale):
    _, test, scores = scale
    called, of_test = test.probabilities.argmax(axis=1), scores["test"]
    truth = np.eye(4)[test.label]
    expected = {
        "auc": roc_auc_score(truth, test.probabilities, average="macro"),
        "average_precision": average_precision_score(truth, test.probabilities, average="macro"),
        "accuracy": accuracy_score(test.label, called),
        "balanced_accuracy": balanced_accuracy_score(test.label, called),
        "kappa_linear": cohen_kappa_score(test.label, called, weights="linear"),
        "kappa_quadratic": cohen_kappa_score(test.label, called, weights="quadratic"),
        "brier": ((test.probabilities - truth) ** 2).sum(axis=1).mean(),
    }
    assert {name: of_test[name]["value"] for name in expected} == pytest.approx(expected)
    assert of_test["confusion"] == confusion_matrix(test.label, called).tolist()
    for index, name in enumerate(test.class_names):
        own, positive = of_test["classes"][name], test.label == index
        assert own["recall"]["value"] == pytest.approx(recall_score(positive, called == index))
        assert own["auc"]["value"] == pytest.approx(roc_auc_score(positive, test.probabilities[:, index]))
        assert (own["positives"], own["negatives"], own["unknown"]) == (positive.sum(), (~positive).sum(), 0)


def test_values_of_findings_are_scikit_learns_on_what_is_known(findings):
    _, test, scores = findings
    for index, name in enumerate(test.class_names):
        known, own = test.label[:, index] >= 0, scores["test"]["classes"][name]
        label, positive = test.label[known, index], test.probabilities[known, index]
        called = positive >= scores["thresholds"][name]["youden"]
        expected = {
            "prevalence": label.mean(),
            "auc": roc_auc_score(label, positive),
            "average_precision": average_precision_score(label, positive),
            "brier": brier_score_loss(label, positive),
        }
        assert {key: own[key]["value"] for key in expected} == pytest.approx(expected, abs=1e-6)
        assert own["youden"]["sensitivity"]["value"] == pytest.approx(recall_score(label, called))
        assert (own["auc"]["n"], own["unknown"]) == (known.sum(), (~known).sum())
    classes = scores["test"]["classes"].values()
    for key in ("auc", "average_precision"):
        assert scores["test"][key]["value"] == pytest.approx(np.mean([own[key]["value"] for own in classes]))


def test_a_finding_has_the_scores_of_a_binary_task(findings):
    validation, test, scores = findings
    binary = binary_scores(validation.one_class(1), test.one_class(1))
    own = scores["test"]["classes"]["mass"]
    assert scores["thresholds"]["mass"] == binary["thresholds"]
    assert scores["temperature"][1] == binary["temperature"]
    for key in (*OF_CLASS, "youden", "sensitivity_95", "positives", "negatives"):
        assert own[key] == binary["test"][key], key


def test_few_positives_show(findings):
    classes = findings[2]["test"]["classes"]
    width = {name: own["auc"]["high"] - own["auc"]["low"] for name, own in classes.items()}
    assert classes["scar"]["positives"] < 15
    assert width["scar"] > 1.5 * max(width["cyst"], width["mass"])


def test_a_finding_of_one_patient_has_no_interval_of_its_precision_and_a_wide_one_of_its_area(findings):
    validation, test, _ = findings
    label = test.label.copy()
    label[:, 2] = 0
    label[:2, 2] = 1  # both of the first patient
    scores = scores_of(validation, replace(test, label=label), task="multilabel")["test"]
    scar = scores["classes"]["scar"]
    assert np.isnan([scar["average_precision"]["low"], scores["average_precision"]["low"]]).all()
    assert np.isfinite([scar["average_precision"]["value"], scores["average_precision"]["value"]]).all()
    assert scar["auc"]["high"] - scar["auc"]["low"] > 0.4


@pytest.mark.parametrize("state", [0, -1])
def test_a_finding_that_test_lacks_is_undefined_and_left_out_of_the_mean(findings, state, tmp_path):
    validation, test, scores = findings
    label = test.label.copy()
    label[:, 2] = state
    found = scores_of(validation, replace(test, label=label), task="multilabel")
    areas = [found["test"]["classes"][name]["auc"]["value"] for name in ("cyst", "mass")]
    assert areas == [scores["test"]["classes"][name]["auc"]["value"] for name in ("cyst", "mass")]
    assert found["test"]["auc"]["value"] == pytest.approx(np.mean(areas))
    assert np.isnan(found["test"]["classes"]["scar"]["auc"]["value"])
    write_json(tmp_path / "metrics.json", found)


def test_labels_of_the_test_part_influence_neither_thresholds_nor_temperatures(scale, findings):
    for task, (validation, test, scores) in (("multiclass", scale), ("multilabel", findings)):
        other = scores_of(validation, replace(test, label=np.roll(test.label, 7, axis=0)), task=task)
        assert (other["thresholds"], other["temperature"]) == (scores["thresholds"], scores["temperature"])
        assert other["validation"] == scores["validation"]
        assert other["test"]["auc"] != scores["test"]["auc"]


def test_temperatures_mend_what_was_too_certain(scale, findings):
    assert scale[2]["temperature"] > 1.2
    assert min(findings[2]["temperature"][:2]) > 1.2
    assert scale[2]["test"]["brier_calibrated"]["value"] < scale[2]["test"]["brier"]["value"]


def test_only_a_scale_has_a_kappa(scale):
    validation, test, scores = scale
    assert scores["ordered"]
    assert "kappa_quadratic" not in scores_of(validation, test, task="multiclass")["test"]


def test_a_class_that_validation_lacks_is_refused(findings):
    validation, test, _ = findings
    label = validation.label.copy()
    label[:, 2] = 0
    with pytest.raises(SplitError, match="a threshold needs images of both classes"):
        scores_of(replace(validation, label=label), test, task="multilabel")
