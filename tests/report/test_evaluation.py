from common.report.evaluation import sentence

CARD = {
    "dataset": {"name": "Own", "synthetic": False, "shared_patients": {}},
    "fold": 0,
    "backbone": "resnet50",
    "weights_source": "random weights",
}
STANDS_ON = "images of {} patients (clustered by patient)"


def said(task, scores):
    return sentence({**CARD, "task": task}, scores)


def score(value):
    return f"{value['value']:.3f} [{value['low']:.3f}, {value['high']:.3f}], n = {value['n']}"


def test_two_classes(scores):
    start = f"test AUC of malignant {score(scores['test']['auc'])} {STANDS_ON.format(200)}; Own, fold 0; resnet50"
    assert said("binary", scores) == f"{start} from random weights"


def test_a_scale_says_how_well_it_is_hit(scale):
    scores = scale[2]
    found = said("multiclass", scores)
    auc, kappa = score(scores["test"]["auc"]), score(scores["test"]["kappa_quadratic"])
    assert found.startswith(f"test AUC, mean of 4 classes against the rest, {auc} {STANDS_ON.format(150)}")
    assert f"; quadratic kappa {kappa}; Own, fold 0" in found


def test_findings_say_how_few_positives_the_rarest_has(findings):
    scores = findings[2]
    found = said("multilabel", scores)
    assert found.startswith(f"test AUC, mean of 3 findings, {score(scores['test']['auc'])} images of 150 patients")
    assert f"; fewest positives: {scores['test']['classes']['scar']['positives']} scar; Own" in found


def test_an_undefined_interval_is_said(scores):
    auc = {"value": 1.0, "low": float("nan"), "high": float("nan"), "n": 9}
    found = said("binary", {**scores, "test": {**scores["test"], "auc": auc, "patients": None}})
    assert found.startswith("test AUC of malignant 1.000 [no interval], n = 9 images (clustered")
