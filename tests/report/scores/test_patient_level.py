from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from common.report.pooling import pooled
from common.report.scores import binary_scores, scores_of


def test_two_classes_are_pooled_by_mean_and_maximum(scores, test):
    own = scores["patient_level"]
    assert (own["pooled_by"], own["units"]) == ("patient", 200)
    for how in ("mean", "max"):
        by_hand = {
            patient: getattr(test.positive[test.patient == patient], how)() for patient in np.unique(test.patient)
        }
        label = [test.label[test.patient == patient].max() for patient in by_hand]
        assert own[f"auc_{how}"]["value"] == pytest.approx(roc_auc_score(label, list(by_hand.values())))
        assert own[f"auc_{how}"]["n"] == 200
    assert own["positives"] == sum(label)


def test_there_is_none_where_every_unit_has_one_image(validation, test):
    for alone in (np.arange(len(test)).astype(str), np.full(len(test), "")):
        assert binary_scores(validation, replace(test, patient=alone))["patient_level"] is None


def test_studies_are_the_units_and_the_clusters_where_no_patient_is_known(validation, test):
    by_study = replace(test, study=test.patient, patient=np.full(len(test), ""))
    found, plain = binary_scores(validation, by_study), binary_scores(validation, test)
    assert found["level"] == "clustered by study: optimistic"
    assert found["patient_level"]["pooled_by"] == "study"
    assert found["test"]["auc"] == pytest.approx(plain["test"]["auc"])
    assert found["patient_level"]["auc_mean"] == pytest.approx(plain["patient_level"]["auc_mean"])


def test_each_finding_is_pooled_and_the_mean_is_macro(findings):
    _, test, scores = findings
    own = scores["patient_level"]
    assert own["units"] == len(test) // 2
    for how in ("mean", "max"):
        part = pooled(test, how)
        areas = []
        for index, name in enumerate(test.class_names):
            known = part.label[:, index] >= 0
            area = roc_auc_score(part.label[known, index], part.probabilities[known, index])
            assert own["classes"][name][f"auc_{how}"]["value"] == pytest.approx(area)
            areas.append(area)
        assert own[f"auc_{how}"]["value"] == pytest.approx(np.mean(areas))


def test_patients_whose_images_are_of_several_classes_are_left_out_and_counted(scale):
    _, test, scores = scale
    differ = sum(len(set(test.label[test.patient == patient])) > 1 for patient in np.unique(test.patient))
    own = scores["patient_level"]
    assert 0 < differ < 50
    assert (own["left_out"], own["units"]) == (differ, 150 - differ)
    assert sum(its["positives"] for its in own["classes"].values()) == own["units"]


def test_where_all_patients_are_left_out_it_is_undefined(scale):
    validation, test, _ = scale
    mixed = replace(test, label=np.arange(300) % 4, patient=(np.arange(300) // 4).astype(str))
    own = scores_of(validation, mixed, task="multiclass")["patient_level"]
    assert (own["units"], own["left_out"]) == (0, 75)
    assert np.isnan(own["auc_mean"]["value"])
