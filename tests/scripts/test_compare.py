import csv
import json
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts/compare.py"

PLAN = {
    "_desc_": "of a test",
    "bundles": {},
    "initialisations": {
        "first": "random",
        "second": {"pretrained": "random", "scenarios": [{"trainable": "top", "learning_rates": [0.01, 0.001]}]},
    },
    "reference": "second",
    "backbones": ["resnet50"],
    "scenarios": [{"trainable": "head", "learning_rates": [0.01, 0.001]}],
    "folds": [0],
    "seeds": [0],
    "sizes": [100],
    "mode": "fair",
    "margin": 0.02,
    "head": {"image_size": [32, 32], "max_epochs": 1, "num_workers": 0, "batch_size": 8},
}


@pytest.fixture
def plan(tmp_path):
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(PLAN))
    return path


def test_a_dry_run_prints_the_runs_and_what_they_could_tell_and_leaves_nothing(command, phantoms, plan, tmp_path):
    out = tmp_path / "out"
    words = ["breast_us", "--plan", plan, "--dataset_dir", phantoms, "--out", out, "--dry-run"]
    code, output, errors = command(*words)
    assert (code, errors) == (0, "")
    assert "breast_us first resnet50 head 0.01 fold 0 seed 0" in output
    assert "4 trainings, 2 evaluations on test" in output
    assert "no verdict, since fewer than 20 patients" in output
    assert not out.exists()


def test_sizes_train_on_shares_too(command, phantoms, plan):
    words = ["breast_us", "--plan", plan, "--dataset_dir", phantoms, "--sizes", "50,100", "--dry-run"]
    code, output, errors = command(*words)
    assert (code, errors) == (0, "")
    assert "breast_us first resnet50 head 0.01 fold 0 seed 0 50 %" in output
    assert "8 trainings, 4 evaluations on test" in output


def test_an_arm_of_ones_own_is_one_more_initialisation_unless_it_is_there_already(command, phantoms, plan):
    words = ["breast_us", "--plan", plan, "--dataset_dir", f"breast_us={phantoms}", "--arm", "mine=auto", "--dry-run"]
    code, _, errors = command(*words)
    assert code == 1
    assert "first and mine are the same" in errors


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--plan", "quick"], "bundles is by name of a bundle"),
        (["breast_us", "--plan", "quik"], "a plan is cv, paper, quick or the path of a JSON file"),
        (["breast_us", "--arm", "mine"], "--arm is NAME=VALUE; got 'mine'"),
        (["breast_us", "--dataset_dir", "thyroid_us=data"], "--dataset_dir names a bundle that is compared"),
        (["brest_us"], "did you mean breast_us"),
        (["breast_us", "--sizes", "50"], "the last of them 100"),
    ],
)
def test_a_mistake_is_one_line(command, words, message):
    code, output, errors = command(*words)
    assert (code, output, errors.count("\n")) == (1, "", 1)
    assert message in errors


def test_a_way_to_keep_is_known_before_anything_trains(command, phantoms):
    words = ["breast_us", "--plan", "cv", "--dataset_dir", phantoms, "--dry-run"]
    code, _, errors = command(*words, "--keep", "mean of 3 networks")
    assert code == 1
    assert "one network, flips; mean of all 5 networks, flips; got 'mean of 3 networks': give one" in errors
    code, output, _ = command(*words, "--keep", "mean of all 5 networks, flips")
    assert code == 0
    assert "5 trainings, 5 evaluations on test, 5 passes over mirror images of test parts, in" in output


def test_weights_that_are_not_imported_stop_it_before_anything_trains(command, phantoms, tmp_path):
    code, _, errors = command("breast_us", "--dataset_dir", phantoms, "--out", tmp_path / "out")
    assert code == 1
    assert "is not imported" in errors
    assert not (tmp_path / "out").exists()


def test_help_has_an_example(command):
    code, output, _ = command("--help")
    assert code == 0
    assert "example: python scripts/compare.py breast_us" in output


@pytest.mark.slow
def test_a_plan_from_phantoms_to_the_page(command, phantoms, plan, tmp_path):
    from common.datasets.prepare import prepare
    from common.phantoms import PHANTOMS

    PHANTOMS["busbra"](tmp_path / "original", patients=150, seed=1, difficulty=0.0)
    prepare("busbra", tmp_path / "original", tmp_path / "data")
    changed = {**PLAN, "folds": [0, 1], "scenarios": [{"trainable": "head", "learning_rates": [0.01]}]}
    plan.write_text(json.dumps({**changed, "initialisations": {"first": "random", "second": str(_weights(tmp_path))}}))
    words = ["breast_us", "--plan", plan, "--dataset_dir", tmp_path / "data", "--out", tmp_path / "out", "--cpus", 1]
    code, output, _ = command(*words)
    assert code == 0
    assert "SYNTHETIC images (phantoms): breast_us. " in output
    verdict = json.loads((tmp_path / "out/verdict.json").read_text())["verdicts"][0]
    assert verdict["folds"] == 2
    with (tmp_path / "out/runs.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 4
    assert "<h2>Verdicts</h2>" in (tmp_path / "out/comparison.html").read_text()
    _, again, _ = command(*words)
    assert "[1/4]" in output
    assert "[" not in again.split("breast_us. ")[0]


def _weights(folder: Path) -> Path:
    import torch

    from common.networks import Classifier

    torch.manual_seed(1)
    torch.save(Classifier("resnet50", 2).state_dict(), folder / "weights.pt")
    return folder / "weights.pt"
