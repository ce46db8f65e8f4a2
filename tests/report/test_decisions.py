import numpy as np
import pytest

from common.metrics import Predictions
from common.report.decisions import calibrated, decisions, patients_table

BINARY = {
    "task": "binary",
    "class_names": ["benign", "malignant"],
    "temperature": 2.0,
    "thresholds": {"youden": 0.5, "sensitivity_95": 0.2},
}
FINDINGS = {
    "task": "multilabel",
    "class_names": ["epidural", "subdural"],
    "temperature": [2.0, 1.0],
    "thresholds": {
        "epidural": {"youden": 0.5, "sensitivity_95": 0.1},
        "subdural": {"youden": 0.3, "sensitivity_95": None},
    },
}
CLASSES = {**FINDINGS, "task": "multiclass"}


def predictions(positive, *, study="", patient=""):
    n = len(positive)
    return Predictions(
        image=np.array([f"{row}.png" for row in range(n)]),
        frame=np.full(n, ""),
        study=np.array(study or [""] * n),
        patient=np.array(patient or [""] * n),
        fold=np.full(n, ""),
        part=np.full(n, ""),
        label=np.full(n, -1),
        probabilities=np.stack([1 - np.array(positive), positive], axis=1).astype(np.float32),
        class_names=("benign", "malignant"),
    )


def test_binary_decisions_are_classes_at_each_threshold():
    found = decisions(predictions([0.1, 0.2, 0.5]).probabilities, BINARY)
    assert found == {
        "decision:youden": ["benign", "benign", "malignant"],
        "decision:sensitivity_95": ["benign", "malignant", "malignant"],
    }


def test_findings_are_decided_one_by_one_and_an_unknown_threshold_leaves_its_column_empty():
    found = decisions(np.array([[0.2, 0.9], [0.6, 0.1]]), FINDINGS)
    assert found == {
        "decision:youden:epidural": ["0", "1"],
        "decision:sensitivity_95:epidural": ["1", "1"],
        "decision:youden:subdural": ["1", "0"],
        "decision:sensitivity_95:subdural": ["", ""],
    }


def test_of_several_classes_the_most_probable_is_named_too():
    assert decisions(np.array([[0.2, 0.8]]), CLASSES)["decision"] == ["subdural"]
    assert "decision" not in decisions(np.array([[0.2, 0.8]]), FINDINGS)


def test_calibration_is_the_temperature_on_the_logits():
    halved = 1 / (1 + np.exp(-np.log(0.9 / 0.1) / 2))
    found = calibrated(predictions([0.9]).probabilities, BINARY)
    assert float(found["calibrated:malignant"][0]) == pytest.approx(halved, abs=1e-6)
    assert float(found["calibrated:benign"][0]) == pytest.approx(1 - halved, abs=1e-6)


def test_findings_are_calibrated_one_by_one():
    found = calibrated(np.array([[0.9, 0.9]]), FINDINGS)
    values = [float(found[f"calibrated:{name}"][0]) for name in FINDINGS["class_names"]]
    assert values == pytest.approx([0.75, 0.9], abs=1e-6)


def test_images_are_pooled_by_study_else_patient_else_alone():
    its = predictions([0.2, 0.6, 0.1, 0.3, 0.9], study=["s", "s", "", "", ""], patient=["p", "p", "q", "q", ""])
    found = patients_table(its, ["", "size", "", "", ""], BINARY)
    assert found["study"] == ["s", "", ""]
    assert found["patient"] == ["p", "q", ""]
    assert found["image"] == ["", "", "4.png"]
    assert found["images"] == ["2", "2", "1"]
    assert found["out_of_range"] == ["1", "0", "0"]
    assert [float(value) for value in found["mean:malignant"]] == pytest.approx([0.4, 0.2, 0.9])
    assert [float(value) for value in found["max:malignant"]] == pytest.approx([0.6, 0.3, 0.9])
    assert found["mean:decision:youden"] == ["benign", "benign", "malignant"]
    assert found["max:decision:youden"] == ["malignant", "benign", "malignant"]


def test_one_number_of_study_in_two_patients_is_two_studies():
    its = predictions([0.2, 0.6], study=["1", "1"], patient=["p", "q"])
    assert patients_table(its, [], BINARY)["images"] == ["1", "1"]


def test_several_classes_are_pooled_by_their_mean_alone():
    found = patients_table(predictions([0.2]), [], {**CLASSES, "class_names": ["epidural", "subdural"]})
    assert found["mean:decision"] == ["epidural"]
    assert not [name for name in found if name.startswith("max")]


def test_without_thresholds_or_images_there_is_a_table_all_the_same():
    bare = {key: value for key, value in BINARY.items() if key != "thresholds"}
    found = patients_table(predictions([0.2]), [], bare)
    assert not [name for name in found if "decision" in name or name == "out_of_range"]
    none = predictions([0.2]).rows(np.array([], dtype=np.intp))
    assert all(cells == [] for cells in patients_table(none, [], BINARY).values())
