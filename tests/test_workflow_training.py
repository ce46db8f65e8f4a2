"""What the knobs of a training do to its run."""

import json

import pytest

from .conftest import TRAIN, places

QUICK = ["--image_size", "[32,32]", "--batch_size", "8", "--num_workers", "0"]


@pytest.fixture
def train(run_bundle, phantoms, tiny, tmp_path):
    def run(*knobs: str) -> str:
        config = ["--config_file", f"['{TRAIN}','{tiny}']", "--dataset_dir", str(phantoms), *places(tmp_path)]
        finished = run_bundle(*config, *QUICK, *knobs)
        assert finished.code == 0, finished.output
        return finished.output

    return run


def test_validation_every_other_epoch(train, tmp_path):
    train("--max_epochs", "4", "--val_interval", "2")
    history = json.loads((tmp_path / "eval" / "run.json").read_text())["history"]
    assert ["val_auc" in epoch for epoch in history] == [False, True, False, True]


def test_training_ends_early_without_improvement(train, tmp_path):
    told = train("--max_epochs", "50", "--patience", "2", "--learning_rate", "0")
    assert "for 2 epochs: training ends" in told
    assert len(json.loads((tmp_path / "eval" / "run.json").read_text())["history"]) == 3


def test_mlflow_records_a_run(train, tmp_path):
    train("--max_epochs", "1", "--tracking", "mlflow")
    assert (tmp_path / "eval" / "mlruns.db").stat().st_size > 0
