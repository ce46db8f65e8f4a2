import itertools
import json

import pytest

from common.comparison.jobs import ROOT, SHARE
from common.datasets.items import read_items
from common.datasets.shares import share_of, whose
from common.errors import ConfigError, SplitError
from tests.conftest import TRAIN

NAMES = ["benign", "malignant"]


@pytest.fixture
def items(phantoms):
    return read_items(phantoms, NAMES, fold=0, part="train")


def patients(items):
    return {whose(item) for item in items}


def test_a_smaller_share_lies_in_a_larger_one_and_patients_stay_whole(items):
    shares = [share_of(items, percent=percent, seed=1) for percent in (30, 50, 80, 100)]
    for smaller, larger in itertools.pairwise(shares):
        assert patients(smaller) < patients(larger)
        assert [item for item in larger if whose(item) in patients(smaller)] == list(smaller)
    assert list(shares[-1]) == list(items)
    assert shares[0].origin == items.origin


@pytest.mark.parametrize("percent", [30, 50, 75])
def test_a_share_has_so_many_patients_and_classes_as_often_as_the_whole(items, percent):
    share = share_of(items, percent=percent, seed=3)
    count = len(patients(items)) * percent / 100
    assert count <= len(patients(share)) < count + 1
    positive = {whose(item) for item in items if item["label"] == "malignant"}
    assert abs(len(patients(share) & positive) - len(positive) * percent / 100) <= 1.5


def test_seeds_draw_other_patients_and_the_place_of_the_data_draws_none(items):
    draws = [patients(share_of(items, percent=50, seed=seed)) for seed in range(4)]
    assert all(one != other for one in draws for other in draws if one is not other)
    for item in items:
        item["image"] = f"/elsewhere{item['image']}"
    assert patients(share_of(items, percent=50, seed=0)) == draws[0]


def test_a_share_without_a_class_and_no_share_are_refused(items):
    with pytest.raises(SplitError, match=r"1 % of \d+ training patients \(seed 0\) have no"):
        share_of(items, percent=1, seed=0)
    with pytest.raises(ConfigError, match="a share is above 0 and up to 100 percent; got 0"):
        share_of(items, percent=0, seed=0)


def test_the_overlay_reads_the_same_items_as_every_classifier():
    read = json.loads((ROOT / SHARE).read_text())["train::dataset::data"]["items"]
    for path in ROOT.glob("bundles/*/configs/train.json"):
        config = json.loads(path.read_text())
        if config["task"] in ("binary", "multiclass", "multilabel") and "read_items" in str(config):
            assert config["train"]["dataset"]["data"] == read


def test_a_training_on_a_share_says_so_and_is_evaluated_on_the_whole_test_part(run_bundle, phantoms, tiny, tmp_path):
    files = f"['{TRAIN}','{tiny}','{SHARE}']"
    places = ["--dataset_dir", str(phantoms), "--ckpt_dir", f"{tmp_path}/models", "--output_dir", f"{tmp_path}/eval"]
    knobs = ["--train::share", "50", "--image_size", "[32,32]", "--max_epochs", "1", "--num_workers", "0"]
    assert run_bundle("--config_file", files, *places, *knobs, "--batch_size", "8").code == 0
    card = json.loads((tmp_path / "models/model.json").read_text())
    whole = read_items(phantoms, NAMES, fold=0, part="train")
    assert card["images"]["train"] == len(share_of(whole, percent=50, seed=0)) < len(whole)
    assert card["train_share"] == 50
    evaluate = f"['{TRAIN}','{tiny}','bundles/breast_us/configs/evaluate.json','{SHARE}']"
    done = run_bundle("--config_file", evaluate, *places, "--train::share", "50", "--num_workers", "0")
    assert done.code == 0, done.output
    run = json.loads((tmp_path / "eval/run.json").read_text())
    assert run["images"]["test"] == len(read_items(phantoms, NAMES, fold=0, part="test"))
