"""One thing spoiled at a time: the check names it, and its file."""

import pytest

from common.house.check import check

TRAIN = "bundles/knee_mri/configs/train.json"
FLIP = "no left-right flip: laterality carries meaning"


def test_the_collection_is_as_it_must_be(collection):
    assert check(collection) == []


SPOILT = [
    ("train", {"seed": None}, "seed is null, which MONAI drops: write none"),
    ("train", {"train::trainer::sise": 1}, "train::trainer: SupervisedTrainer does not take these arguments"),
    ("train", {"initialize": ["$random.random()"]}, "initialize::0: it needs $import random among the imports"),
    ("train", {"train::inferer": "@inferrer"}, "train::inferer: there is no 'inferrer'"),
    ("train", {"train::trainer::amp": True}, "train::trainer::amp is not as in breast_us"),
    ("train", {"_differs_": {"run": "why"}}, "_differs_ names run, which is as in breast_us"),
    ("train", {"_differs_": None}, "_like_ is a bundle's name or none, and _differs_ a dict of reasons by id"),
    ("train", {"bundle_root": "$common.bundle_root('breast_us')"}, "bundle_root is $common.bundle_root('knee_mri')"),
    ("inference", {"_like_": "other"}, "_like_ is 'breast_us' in train.json; got 'other'"),
    ("inference", {"_like_": "none"}, "_like_ is 'breast_us' in train.json; got 'none'"),
    ("inference", {"window": "lung"}, "window is train.json's or asks the model"),
    ("evaluate", {"run": []}, "run is not as in breast_us"),
    ("evaluate", {"valid::x": 1}, "valid::x lies inside what train.json does not have"),
    ("evaluate", {"_differs_": {"fold": ""}}, "_differs_ gives a reason for each id; 'fold' has none"),
    ("metadata", {"version": "9"}, "version '9' has no line in the changelog"),
]


@pytest.mark.parametrize(("kind", "values", "problem"), SPOILT)
def test_one_fault_is_named_with_its_file(collection, change, kind, values, problem):
    def edit(config):
        for id, value in values.items():
            *parents, key = [id] if kind == "evaluate" else id.split("::")
            for parent in parents:
                config = config[parent]
            config[key] = value

    change(kind, edit)
    lines = check(collection)
    assert any(line.startswith(f"bundles/knee_mri/configs/{kind}.json: {problem}") for line in lines)


def test_knobs_are_free_and_other_bundles_are_not_touched(collection, change):
    change("train", lambda config: config.update(max_epochs=1, batch_size=8, pretrained="random"))
    assert check(collection) == []
    change("train", lambda config: config.update(image_size=[64, 64]))
    (line,) = check(collection)
    assert line.startswith("bundles/knee_mri/configs/metadata.json: spatial_shape of image is [64, 64] in train.json")


@pytest.mark.parametrize(
    ("like", "problem"),
    [
        ("knee_mri", "_like_ names an exemplar; knee_mri is itself like knee_mri"),
        ("nobody", "_like_ names an exemplar, a whole bundle; 'nobody' is none"),
        (
            "radimagenet_pretrain",
            "_like_ names an exemplar; radimagenet_pretrain has a head of its own and no siblings",
        ),
    ],
)
def test_the_exemplar_exists_and_is_like_no_other(collection, change, like, problem):
    for kind in ("train", "inference"):
        change(kind, lambda config: config.update(_like_=like))
    (line,) = check(collection)
    assert line.startswith(f"{TRAIN}: {problem}")


def test_the_bodys_keys_have_the_exemplars_order(collection, change):
    change("train", lambda config: config.update(initialize=config.pop("initialize")))
    (line,) = check(collection)
    assert line.startswith(f"{TRAIN}: the body's keys stand in another order than in breast_us")


def test_a_declared_difference_is_one_and_covers_no_more(collection, change):
    def edit(config):
        config["train"]["random_transforms"].pop()
        config["_differs_"] = {"train::random_transforms": FLIP}

    change("train", edit)
    assert check(collection) == []
    change("train", lambda config: config["train"]["trainer"].update(amp=True))
    assert [line.partition(" is not")[0] for line in check(collection)] == [f"{TRAIN}: train::trainer::amp"]


def test_whatever_the_exemplar_changes_the_sibling_has_to_follow(collection, change):
    change("train", lambda config: config["train"]["trainer"].update(amp=True), bundle="breast_us")
    assert [line.partition(":")[0] for line in check(collection)] == [TRAIN]


def test_layout_copies_and_completeness(collection):
    bundle = collection / "bundles/knee_mri"
    train = bundle / "configs/train.json"
    train.write_text(train.read_text().replace(": ", ":  ", 1))
    (bundle / "configs/logging.conf").write_text("")
    lines = check(collection)
    assert [line.partition(": ")[0] for line in lines] == [TRAIN, "bundles/knee_mri/configs/logging.conf"]
    assert all(line.endswith("run scripts/house.py --fix") for line in lines)
    train.write_text("{")
    assert check(collection)[0].startswith(f"{TRAIN}: a configuration is a file of JSON; this cannot be read")
    (bundle / "LICENSE").unlink()
    assert check(collection) == ["bundles/knee_mri/LICENSE: missing"]
