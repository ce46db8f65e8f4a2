"""Plans that are truly carried out: phantoms of 32 x 32 pixels, ResNet-50 from random weights, an epoch or two."""

import json

import numpy as np
import pytest
import torch

from common.comparison import jobs, worker
from common.comparison.compare import compare
from common.comparison.declared import plan_of
from common.comparison.keep import keep, refuse_unkept
from common.comparison.setup import begin, set_up
from common.errors import PlanError
from common.metrics import read_predictions
from common.networks import Classifier

from .conftest import CONTENT, Here

HEAD = {"image_size": [32, 32], "max_epochs": 2, "num_workers": 0, "batch_size": 16, "device": "cpu"}
ALONE = {"initialisations": {"random": "random"}, "reference": "random", "seeds": [0]}
FROZEN = [{"trainable": "head", "learning_rates": [0.01]}]


@pytest.fixture
def carried_out(monkeypatch, run_bundle, phantoms, tmp_path):
    """Compares by a plan with real runs: heads in this process, all else in forks of a warm one."""

    def run(job, folder, lock):
        words = job.arguments[1:] if job.arguments[0] == "-m" else job.arguments
        done = run_bundle.program(*words)
        (folder / worker.LOG).write_text(done.output)
        return done.code == 0

    monkeypatch.setattr(worker, "_run", run)
    monkeypatch.chdir(jobs.ROOT)

    def carry_out(changes, **options):
        setup = set_up(plan_of({**CONTENT, "bundles": {"breast_us": str(phantoms)}, "head": HEAD, **changes}), tmp_path)
        begin(setup)
        return compare(setup, Here(), **options)

    return carry_out


@pytest.fixture
def weights(tmp_path):
    torch.manual_seed(1)
    torch.save(Classifier("resnet50", 2).state_dict(), tmp_path / "weights.pt")
    return str(tmp_path / "weights.pt")


def test_heads_of_folds_that_validate_in_turn_make_a_mean_that_is_kept_with_the_scores_of_the_table(
    carried_out, run_bundle, phantoms, tmp_path
):
    found = carried_out({**ALONE, "scenarios": FROZEN, "folds": ["0v0", "0v1", "0v3"]})
    assert all(its.job.store for its in found.trained)
    name = "mean of 3 networks, flips"
    (way,) = [its for its in found.ways if its.name == name]
    (kept,) = keep(found, name, Here())
    assert kept.score.value == pytest.approx(way.score.value, abs=1e-9)
    card = json.loads(kept.model.with_name("model.json").read_text())
    assert card["backbone"] == "resnet50 + resnet50 + resnet50 with flips"
    said = [read_predictions(tmp_path / "runs" / its.job.key / "flipped/predictions.csv") for its in found.chosen]
    whole = read_predictions(kept.model.parents[1] / "eval/predictions.csv").select("test")
    mean = np.mean([its.probabilities for its in said], axis=0)
    np.testing.assert_allclose(whole.probabilities, mean, atol=2e-3)
