import json

import pytest

from common.errors import ConfigError
from common.house.check import check
from common.house.files import split
from common.house.fix import fix

TRAIN = "bundles/knee_mri/configs/train.json"


def read(collection):
    return json.loads((collection / TRAIN).read_text())


def test_there_is_nothing_to_mend_in_what_is_as_it_must_be(collection):
    assert fix(collection) == []


def test_the_exemplars_change_reaches_its_siblings_and_a_declared_difference_stays(collection, change):
    change("train", lambda config: config.update(_differs_={"train::random_transforms": "rare"}, seed=7))
    change("train", lambda config: config["train"].update(random_transforms=[]))
    change("train", lambda config: config["train"]["random_transforms"].append(1), bundle="breast_us")
    change("train", lambda config: config["train"]["trainer"].update(amp=True), bundle="breast_us")
    change("evaluate", lambda config: config["run"].pop(), bundle="breast_us")
    before = read(collection)
    assert fix(collection) == [
        f"{TRAIN}: train::trainer::amp as in breast_us",
        "bundles/knee_mri/configs/evaluate.json: run as in breast_us",
    ]
    after = read(collection)
    assert split(after, "train")[0] == split(before, "train")[0]
    assert after["train"]["random_transforms"] == []
    assert after["train"]["trainer"]["amp"] is True
    assert fix(collection) == []
    assert check(collection) == []


def test_layout_order_and_copies_are_mended_and_the_rest_is_left(collection, change):
    change("train", lambda config: config.update(initialize=config.pop("initialize")))
    change("train", lambda config: config.update(window=None))
    (collection / "bundles/knee_mri/configs/logging.conf").write_text("")
    (collection / "bundles/knee_mri/docs/README.md").write_text("mine")
    assert fix(collection) == [f"{TRAIN}: laid out", "bundles/knee_mri/configs/logging.conf: copied from breast_us"]
    assert check(collection) == [f"{TRAIN}: window is null, which MONAI drops: write none"]
    assert (collection / "bundles/knee_mri/docs/README.md").read_text() == "mine"
    assert fix(collection) == []


@pytest.mark.parametrize("values", [{"_like_": "nobody"}, {"_differs_": None}])
def test_what_cannot_be_read_is_not_mended(collection, change, values):
    change("train", lambda config: config.update(values))
    before = read(collection)
    with pytest.raises(ConfigError, match=r"bundles/knee_mri cannot be mended: .* see scripts/house.py --check"):
        fix(collection)
    assert read(collection) == before
