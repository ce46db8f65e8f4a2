"""Plans that are truly carried out: phantoms of 32 x 32 pixels, ResNet-50 from random weights, an epoch or two."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from common.comparison import jobs, worker
from common.comparison.compare import compare
from common.comparison.declared import plan_of
from common.comparison.keep import keep, refuse_unkept
from common.comparison.results import write_results
from common.comparison.setup import begin, set_up
from common.datasets.index import is_kept
from common.datasets.prepared import read_prepared
from common.errors import PlanError
from common.export.export import export
from common.export.proof import prove
from common.metrics import read_predictions
from common.networks import Classifier
from common.seen import read_seen
from common.verify.inspect import inspect
from tests.conftest import TRAIN, places

from .conftest import CONTENT, Here

HEAD = {"image_size": [32, 32], "max_epochs": 2, "num_workers": 0, "batch_size": 16, "device": "cpu",
        "precision": "fp32"}  # fmt: skip
ALONE = {"initialisations": {"random": "random"}, "reference": "random", "seeds": [0]}
EVALUATE = f"['{TRAIN}','bundles/breast_us/configs/evaluate.json']"
ON_ALL = "one network, trained again on every image"
FROZEN = [{"trainable": "head", "learning_rates": [0.01]}]


@pytest.fixture(scope="module")
def carried_out(run_bundle, phantoms):
    """Compares by a plan with real runs: heads in this process, all else in forks of a warm one."""

    def run(job, folder, lock):
        words = job.arguments[1:] if job.arguments[0] == "-m" else job.arguments
        done = run_bundle.program(*words)
        (folder / worker.LOG).write_text(done.output)
        return done.code == 0

    def carry_out(changes, out, **options):
        content = {**CONTENT, "bundles": {"breast_us": str(phantoms)}, "head": HEAD, "scenarios": FROZEN, **changes}
        setup = set_up(plan_of(content), out)
        begin(setup)
        return compare(setup, Here(), **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "_run", run)
        patch.chdir(jobs.ROOT)
        yield carry_out


@pytest.fixture(scope="module")
def alone(carried_out, tmp_path_factory):
    """Heads on stored features: two test parts, each of two folds that validate in turn, mirrored and refitted."""
    return carried_out({**ALONE, "folds": ["0v0", "0v3", "1v0", "1v3"]}, tmp_path_factory.mktemp("alone"), refit=True)


@pytest.fixture
def weights(tmp_path):
    torch.manual_seed(1)
    torch.save(Classifier("resnet50", 2).state_dict(), tmp_path / "weights.pt")
    return str(tmp_path / "weights.pt")


def kept_of(found, name):
    """What is kept under a name, and the way that is."""
    return keep(found, name, Here()), next(its for its in found.ways if its.name == name)


def card_of(kept):
    return json.loads(kept.model.with_name("model.json").read_text())


def test_heads_of_folds_that_validate_in_turn_are_trained_on_stored_features(alone):
    assert all(its.job.store for its in alone.trained)
    assert len(alone.setup.stored) == 1
    means = ["mean of 2 networks", "mean of all 4 networks"]
    suffixes = ("", ", flips", ", trained again with the validation part")
    every = [kind + its for its in suffixes for kind in ["one network", *means]]
    assert [its.name for its in alone.ways] == [*every, ON_ALL]
    trainings = [its.card["seconds"] for its in (*alone.trained, *alone.ways[-1].members[0])]
    assert alone.ways[-1].seconds == pytest.approx(sum(trainings))
    again = alone.ways[-4]
    assert {its.model["refit"] for part in again.members for its in part} == {True}
    images = [sum(its.model["images"].values()) for its in alone.trained]
    assert {its.model["images"]["train"] for part in again.members for its in part} <= set(images)


@pytest.mark.parametrize("name", ["mean of 2 networks, flips", "one network, trained again with the validation part"])
def test_what_is_kept_scores_as_the_table_says(alone, name):
    kept, way = kept_of(alone, name)
    assert [its.fold for its in kept] == ["0v0", "1v0"]
    for its, members in zip(kept, way.members, strict=True):
        folder = "flipped" if way.flips else "eval"
        said = [read_predictions(Path(one.job.folder) / folder / "predictions.csv").select("test") for one in members]
        whole = read_predictions(its.model.parents[1] / "eval/predictions.csv").select("test")
        mean = np.mean([one.probabilities for one in said], axis=0)
        np.testing.assert_allclose(whole.probabilities, mean, atol=2e-6)
        assert card_of(its)["refit"] is True  # most networks were trained on what validates: the report says so
        report = (its.model.parents[1] / "eval/report.html").read_text()
        assert "thresholds and temperature are of images that were trained on" in report
    if "mean" in name:  # but for pairs so close that float32 decides
        assert np.mean([its.score.value for its in kept]) == pytest.approx(way.score.value, abs=0.01)


@pytest.mark.parametrize(
    ("name", "refusal"),
    [("mean of all 4 networks", "give one of these alone"), (ON_ALL, "in the test part of this fold")],
)
def test_what_has_seen_every_image_is_evaluated_on_none(alone, run_bundle, phantoms, tmp_path, *, name, refusal):
    ((its,), way) = kept_of(alone, name)
    assert (its.score, way.score, its.fold) == (None, None, "all")
    rows = read_prepared(phantoms).rows
    assert read_seen(its.model) == {row["pixels"] for row in rows if is_kept(row)}
    models = ["--ckpt_dir", str(its.model.parent), "--dataset_dir", str(phantoms)]
    done = run_bundle("--config_file", EVALUATE, *models, "--output_dir", str(tmp_path))
    assert done.code == 1
    assert "has seen every image" in done.output.splitlines()[-1]
    weights = ["--pretrained", str(its.model), "--dataset_dir", str(phantoms)]
    done = run_bundle("--config_file", TRAIN, *weights, *places(tmp_path))
    assert (done.code, done.output.count(refusal)) == (1, 1)


@pytest.mark.slow
def test_inference_and_export_take_a_mean_and_its_copy_is_found_sound(alone, tmp_path):
    (its, _), _ = kept_of(alone, "mean of 2 networks, flips")
    done = export(Path("bundles/breast_us").resolve(), tmp_path, weights=its.model)
    assert set(done.differences) == {"model.ts", "model.pt2", "model.onnx"}
    assert max(done.differences.values()) < 1e-3
    page = (done.folder / "docs/README.md").read_text()
    assert "resnet50 + resnet50 with flips, trained on SYNTHETIC" in page
    assert f"test AUC {its.score.value:.3f}" in page
    assert prove(done, Path("bundles/breast_us"), root=jobs.ROOT, weights=its.model).path.is_file()
    assert inspect(done.folder).refusals == []


def test_a_name_that_no_way_will_have_is_refused_before_anything_trains(alone, weights, phantoms, tmp_path):
    refuse_unkept(alone.setup, "mean of all 4 networks, flips", refit=False)
    with pytest.raises(
        PlanError, match=r"--keep is one of one network; mean of 2 networks; .*; got 'mean of 5 networks'"
    ):
        refuse_unkept(alone.setup, "mean of 5 networks", refit=True)
    with pytest.raises(PlanError, match="got 'one network, trained again"):
        refuse_unkept(alone.setup, "one network, trained again with the validation part", refit=False)
    content = {**CONTENT, "bundles": {"breast_us": str(phantoms)}, "scenarios": FROZEN}
    arms = {"initialisations": {"random": "random", "trained": weights}, "reference": "random"}
    with pytest.raises(PlanError, match="--keep takes a plan of one initialisation"):
        refuse_unkept(set_up(plan_of({**content, **arms}), tmp_path), "one network", refit=False)


@pytest.mark.slow
def test_shares_of_the_patients_are_trained_on_with_heads_and_with_more(carried_out, weights, tmp_path):
    arms = {"initialisations": {"trained": weights, "random": "random"}, "reference": "random", "seeds": [0]}
    scenarios = [*FROZEN, {"trainable": "top", "learning_rates": [0.001]}]
    changes = {**arms, "scenarios": scenarios, "folds": [0], "sizes": [50, 100], "head": {**HEAD, "max_epochs": 1}}
    found = carried_out(changes, tmp_path)
    assert len(found.trained) == 8
    assert len(found.curves) == 1
    images = {(its.trial.trainable, its.trial.size): its.model["images"]["train"] for its in found.trained}
    assert images["head", 50] == images["top", 50] < images["head", 100] == images["top", 100]
    write_results(found, command="")
    assert (tmp_path / "label_efficiency.csv").read_text().count("\n") > 2


@pytest.mark.slow
def test_a_plan_as_published_gives_all_one_input_and_tests_every_scenario(carried_out, weights, tmp_path):
    arms = {"initialisations": {"trained": weights, "random": "random"}, "reference": "random", "seeds": [0]}
    scenarios = [*FROZEN, {"trainable": "top", "learning_rates": [0.001]}]
    head = {**HEAD, "max_epochs": 1}
    found = carried_out({**arms, "scenarios": scenarios, "folds": [0], "mode": "as_published", "head": head}, tmp_path)
    assert found.contrasts[0].published.scenarios == 2
    assert len(found.scores) == 4
    assert {its.model["input_contract"] for its in found.trained} == {"radimagenet_keras"}
    assert {its.metric for its in found.trained} == {"val_negative_loss"}
    write_results(found, command="")
    assert "pseudo-replicated" in (tmp_path / "comparison.html").read_text()
