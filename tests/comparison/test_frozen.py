"""Heads on stored features within a comparison: two encoders known by their features, one of which knows the truth."""

import csv
import json
import signal
import subprocess

import numpy as np
import pytest

from common.comparison import worker
from common.comparison.declared import only_frozen, plan_of
from common.comparison.dry_run import dry_run
from common.comparison.engine import together
from common.comparison.results import run_rows, sentences, write_results
from common.comparison.setup import set_up
from common.datasets.prepared import read_prepared
from common.errors import DatasetError, PlanError
from common.features import __main__ as features_program
from common.features.store import open_store
from common.statistics import Decision


def features(path, data, *, lift):
    """A file of eight features of each image, the first of which is higher in malignant ones."""
    rows = read_prepared(data).rows
    own = np.random.default_rng(int(100 * lift)).normal(size=(len(rows), 8))
    own[:, 0] += [lift * (row["label"] == "malignant") for row in rows]
    np.savez(path, image=[row["image"] for row in rows], feature=own.astype(np.float16))
    return {"features": str(path)}


@pytest.fixture
def given(content, data, tmp_path):
    """A plan with a good encoder and one that sees nothing, both known by their features only."""
    arms = {name: features(tmp_path / f"{name}.npz", data, lift=lift) for name, lift in (("good", 2.0), ("blind", 0.0))}
    content |= {"initialisations": arms, "reference": "blind", "head": {"max_epochs": 3}}
    return content | {"scenarios": [{"trainable": "head", "learning_rates": [0.01, 0.1]}]}


def test_an_encoder_is_judged_by_its_features_under_the_same_folds_heads_and_statistics(given, compared, tmp_path):
    found, out = compared(given), tmp_path / "out"
    (contrast,) = found.contrasts
    assert contrast.verdict.decision is Decision.BETTER
    assert contrast.verdict.initialisations
    assert "good is better than blind" in sentences(found)[0]
    assert {its.trial.backbone for its in found.trained} == {"features"}
    assert len(found.setup.stored) == 2
    areas = {(its.stored.trial.initialisation, its.probe, its.fold): its.score for its in found.probes}
    assert len(areas) == 2 * 2 * (2 + 1)
    for probe in ("linear probe", "nearest neighbours"):
        assert areas["good", probe, ""].value > 0.75
        assert areas["blind", probe, ""].value < 0.65
        assert areas["good", probe, ""].n == 300
    write_results(found, command="")
    with (out / "probes.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 12
    assert len(json.loads((out / "verdict.json").read_text())["probes"]) == 12
    html = (out / "comparison.html").read_text()
    assert "of the clean image alone, never augmented" in html
    assert "<h2>Probes</h2>" in html
    assert "whether it has seen the tested images is not known" in html


def test_images_of_folds_that_share_a_test_part_count_once_for_a_probe(given, compared):
    found = compared({**given, "folds": ["0v0", "0v1"], "seeds": [0]})
    assert {its.score.n for its in found.probes} == {150}


def test_features_are_stored_once_and_finished_heads_are_never_trained_again(given, compared, tmp_path, monkeypatch):
    before = compared(given)
    for name in ("extract", "train", "evaluate", "write_probes"):
        monkeypatch.setattr(features_program, name, None)
    again = compared(given)
    assert again.contrasts[0].verdict == before.contrasts[0].verdict
    assert [row["key"] for row in run_rows(again)] == [row["key"] for row in run_rows(before)]


def test_views_and_encoders_make_other_keys(given, tmp_path):
    def keys(content):
        setup = set_up(plan_of(content), tmp_path / "out")
        return {job.key for job in setup.jobs.values()} | {its.job.key for its in setup.stored}

    frozen = {**given, "initialisations": {"random": "random"}, "reference": "random"}
    before, seen = keys(frozen), keys({**frozen, "views": 3})
    assert not before & seen
    assert not keys(given) & before


def test_how_heads_are_trained_does_not_change_the_features(given, tmp_path):
    def stores(content):
        return [its.job.key for its in set_up(plan_of(content), tmp_path / "out").stored]

    changed = {"head": {"max_epochs": 5, "batch_size": 7, "patience": 2}, "folds": [1], "seeds": [4]}
    assert stores({**given, **changed}) == stores(given)
    assert stores({**given, "head": {"image_size": [64, 64]}}) != stores(given)


def test_random_weights_have_features_of_their_own_in_each_seed_and_others_one_for_all(content, weights, tmp_path):
    content["scenarios"] = [{"trainable": "head", "learning_rates": [0.01]}]
    setup = set_up(plan_of(content), tmp_path)
    assert [its.seed for its in setup.stored] == ["", ""]
    from common.comparison import beginnings

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(beginnings, "_beginning", lambda *_: beginnings.Beginning(sha256="random", title="random"))
        alone = {**content, "initialisations": {"plain": "poor"}}
        assert [its.seed for its in set_up(plan_of(alone), tmp_path / "other").stored] == ["0", "1", "2"]


def test_jobs_on_the_same_features_go_together_and_the_pass_over_the_data_comes_first(given, tmp_path):
    setup = set_up(plan_of(given), tmp_path)
    jobs = [*(its.job for its in setup.stored), *setup.jobs.values()]
    groups = together(jobs)
    assert [len(group) for group in groups] == [1 + 2 * 2 * 3] * 2
    assert all(group[0].marker == "extracted.json" for group in groups)
    assert sorted(job.key for group in groups for job in group) == sorted(job.key for job in jobs)


def test_a_dry_run_tells_the_passes_over_the_data(given, tmp_path):
    told = dry_run(set_up(plan_of(given), tmp_path / "out"))
    assert "features: breast_us good features\n" in told
    assert "24 trainings, 12 evaluations on test" in told


@pytest.mark.slow
def test_a_killed_process_of_heads_is_started_again_and_goes_on(given, tmp_path, monkeypatch):
    setup = set_up(plan_of({**given, "seeds": [0], "folds": [0]}), tmp_path / "out")
    (first, *_) = together([*(its.job for its in setup.stored), *setup.jobs.values()])
    run, commands = subprocess.run, []

    def killed_once(command, **options):
        commands.append(command)
        if len(commands) == 1:
            options["input"] = json.dumps(json.loads(options["input"])[:2])  # it gets as far as the second
            run(command, **options)
            return subprocess.CompletedProcess(command, -signal.SIGKILL)
        return run(command, **options)

    monkeypatch.setattr(worker.subprocess, "run", killed_once)
    cards = worker.carry_out_all(first)
    assert [card["key"] for card in cards] == [job.key for job in first]
    assert len(commands) == 2
    assert open_store(first[0].folder).card["source"] == "features of good.npz"


def test_a_head_that_fails_says_why(given, tmp_path):
    from common.comparison.together import run_here

    setup = set_up(plan_of(given), tmp_path / "out")
    job = next(iter(setup.jobs.values()))
    assert "no finished features in" in worker.carry_out(job, run_here)["error"]


@pytest.mark.parametrize("fault", ["missing", "constant"])
def test_features_that_do_not_fit_the_data_are_refused_before_anything_is_trained(given, tmp_path, fault):
    path = tmp_path / "good.npz"
    arrays = dict(np.load(path))
    if fault == "missing":
        arrays = {name: its[1:] for name, its in arrays.items()}
    else:
        arrays["feature"][:, 3] = 1
    np.savez(path, **arrays)
    message = {"missing": r"1 are missing, e\.g\. 000_0\.png", "constant": "1 of 8 are the same of all images"}[fault]
    with pytest.raises(DatasetError, match=message):
        set_up(plan_of(given), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_on_features_only_heads_are_trained(given):
    everything = {**given, "scenarios": [*given["scenarios"], {"trainable": "all", "learning_rates": [0.001]}]}
    with pytest.raises(PlanError, match="good would be tried with trainable all: leave"):
        plan_of(everything)
    assert only_frozen(everything)["scenarios"] == given["scenarios"]
    with pytest.raises(PlanError, match="the plan has no scenario with trainable head: add one"):
        only_frozen({**given, "scenarios": [{"trainable": "all", "learning_rates": [0.001]}]})


def test_an_encoder_is_tried_as_often_as_networks_are(given):
    given["initialisations"]["plain"] = "random"
    with pytest.raises(PlanError, match="equally many scenarios; got good 2, blind 2, plain 4"):
        plan_of({**given, "backbones": ["resnet50", "densenet121"]})


@pytest.mark.parametrize(("views", "message"), [(-1, "whole number"), (True, "whole number"), (1, "has no views")])
def test_views_are_a_number_and_none_of_given_features(given, views, message):
    with pytest.raises(PlanError, match=message):
        plan_of({**given, "views": views})
