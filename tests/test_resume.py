"""A training that is killed at any moment ends in the same weights, bit for bit, as one that is not."""

import json
import random
import signal
from pathlib import Path

import pytest
import torch

from .conftest import TRAIN, places

KILLS = 20


@pytest.fixture(scope="module")
def arguments(phantoms: Path, tiny: str) -> list[str]:
    knobs = {"image_size": "[32,32]", "max_epochs": "6", "patience": "6", "batch_size": "8", "precision": "fp32"}
    head = [word for key, value in knobs.items() for word in (f"--{key}", value)]
    return ["--config_file", f"['{TRAIN}','{tiny}']", "--dataset_dir", str(phantoms), *head]


@pytest.fixture(scope="module")
def undisturbed(run_bundle, arguments, tmp_path_factory) -> dict:
    folder = tmp_path_factory.mktemp("undisturbed")
    finished = run_bundle(*arguments, *places(folder), "--num_workers", "1")
    assert finished.code == 0, finished.output
    return contents(folder)


def contents(folder: Path) -> dict:
    """Everything that a training leaves, without how long it took."""
    card = json.loads((folder / "eval" / "run.json").read_text())
    history = [{key: value for key, value in epoch.items() if key != "seconds"} for epoch in card["history"]]
    model = torch.load(folder / "models" / "model.pt", weights_only=True)
    description = json.loads((folder / "models" / "model.json").read_text())
    return {"history": history, "model": model, "description": description}


def assert_same(left: dict, right: dict) -> None:
    assert left["history"] == right["history"]
    assert left["description"] == right["description"]
    assert left["model"].keys() == right["model"].keys()
    for name, tensor in left["model"].items():
        assert torch.equal(tensor, right["model"][name]), name


@pytest.mark.slow
def test_sigkill_at_twenty_random_moments_changes_nothing(run_bundle, arguments, undisturbed, tmp_path):
    moments = random.Random(0)
    kills = attempt = 0
    while kills < KILLS:
        attempt += 1
        folder = tmp_path / str(attempt)
        code = None
        while code != 0:
            kill = (signal.SIGKILL, moments.uniform(0.3, 2.5)) if kills < KILLS else None
            finished = run_bundle(*arguments, *places(folder), "--num_workers", "0", signal_after=kill)
            code = finished.code
            assert code in (0, -signal.SIGKILL), finished.output
            kills += code == -signal.SIGKILL
        assert_same(contents(folder), undisturbed)
    assert kills == KILLS


def test_ctrl_c_exits_130_in_one_line_and_the_same_command_continues(run_bundle, arguments, undisturbed, tmp_path):
    workers = ["--num_workers", "1"]
    finished = run_bundle(*arguments, *places(tmp_path), *workers, signal_when=(signal.SIGINT, "epoch 1/6"))
    assert finished.code == 130, finished.output
    assert finished.output.splitlines()[-1] == "interrupted: the same command continues this run"
    assert "Traceback" not in finished.output
    assert run_bundle(*arguments, *places(tmp_path), *workers).code == 0
    assert_same(contents(tmp_path), undisturbed)


@pytest.mark.parametrize("damage", ["half", "flipped bit", "empty"])
def test_a_damaged_state_falls_back_to_the_previous_one(run_bundle, arguments, undisturbed, tmp_path, damage):
    run_bundle(*arguments, *places(tmp_path))
    path = tmp_path / "models" / "training_state.ckpt"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes({"half": content[: len(content) // 2], "flipped bit": content, "empty": b""}[damage])
    finished = run_bundle(*arguments, *places(tmp_path))
    assert "training_state.ckpt is damaged" in finished.output
    assert "continues after epoch 5" in finished.output
    assert_same(contents(tmp_path), undisturbed)


def test_a_finished_run_says_so_and_is_left_alone(run_bundle, arguments, tmp_path):
    run_bundle(*arguments, *places(tmp_path))
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "models").glob("*.pt")}
    finished = run_bundle(*arguments, *places(tmp_path))
    assert finished.code == 0
    assert "is finished (6 epochs): nothing to do" in finished.output
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "models").glob("*.pt")} == before


def test_a_run_on_other_data_never_continues_the_first(run_bundle, arguments, other_phantoms, tmp_path):
    run_bundle(*arguments, *places(tmp_path))
    key = json.loads((tmp_path / "models" / "model.json").read_text())["run_key"]
    other = run_bundle(*arguments, *places(tmp_path), "--dataset_dir", str(other_phantoms))
    assert other.code == 0, other.output
    assert "continues" not in other.output
    assert json.loads((tmp_path / "models" / "model.json").read_text())["run_key"] != key
    assert (tmp_path / "runs" / key / "models" / "training_state.ckpt").is_file()


def test_runs_of_other_folds_never_continue_each_other(run_bundle, arguments, undisturbed, tmp_path):
    first = run_bundle(*arguments, *places(tmp_path))
    key = json.loads((tmp_path / "models" / "model.json").read_text())["run_key"]
    other = run_bundle(*arguments, *places(tmp_path), "--fold", "1")
    assert "continues" not in first.output + other.output
    assert json.loads((tmp_path / "models" / "model.json").read_text())["fold"] == 1
    assert (tmp_path / "runs" / key / "models" / "model.pt").is_file()
    assert (tmp_path / "runs" / key / "eval" / "run.json").is_file()
    back = run_bundle(*arguments, *places(tmp_path))
    assert "is finished" in back.output
    assert_same(contents(tmp_path), undisturbed)
