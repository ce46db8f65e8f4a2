"""What a portable bundle says of itself names no machine."""

import pytest

from common.export.metadata import description, without_paths

CARD = {"backbone": "resnet50", "fold": 1, "dataset": {"name": "Own", "synthetic": False}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/home/ann/weights/model.pt", "model.pt"),
        ("RadImageNet, /data/w/r50.pt, 320 tensors", "RadImageNet, r50.pt, 320 tensors"),
        ("../there/model.pt", "model.pt"),
        ("random weights", "random weights"),
        ("https://doi.org/10.1148/ryai.210315", "https://doi.org/10.1148/ryai.210315"),
        ("and/or", "and/or"),
    ],
)
def test_a_path_becomes_its_last_name(text, expected):
    assert without_paths(text) == expected


def test_a_trained_bundle_does_not_say_that_it_is_not():
    told = "Classifies an image. No weights are shipped: train it on BUSI or your own. Not trained yet."
    assert description(told, CARD, {}) == (
        "Classifies an image. resnet50, trained on Own, fold 1: not evaluated, so there is no score."
    )


def test_a_score_brings_its_interval_and_n():
    score = {"value": 0.8, "low": 0.7, "high": 0.9, "n": 12}
    assert description("", CARD, {"auc": score}).endswith("test AUC 0.800 [0.700, 0.900], n = 12 (95 % interval).")
