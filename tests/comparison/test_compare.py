import csv
import json

import pytest

from common.comparison.results import sentences, summary, write_results
from common.datasets.prepared import read_prepared, write_prepared
from common.errors import DatasetError, RunError
from common.metrics import read_predictions
from common.statistics import Decision, Reason

from .conftest import calls, table_of


def test_a_planted_difference_is_found(content, compared):
    found = compared(content)
    (contrast,) = found.contrasts
    assert contrast.verdict.decision is Decision.BETTER
    assert contrast.verdict.initialisations
    assert contrast.verdict.low > 0.05
    assert contrast.verdict.seeds == 3
    assert contrast.verdict.folds == 2
    assert contrast.verdict.patients == 150
    assert sentences(found)[0].startswith(
        "SYNTHETIC images (phantoms): breast_us. pretrained is better than plain: AUC"
    )


def test_the_other_way_round_it_is_worse_by_as_much(content, compared, tmp_path):
    better = compared(content).contrasts[0].verdict
    worse = compared({**content, "reference": "pretrained"}).contrasts[0].verdict
    assert worse.decision is Decision.WORSE
    assert worse.difference == pytest.approx(-better.difference)


def test_without_a_difference_it_cannot_be_told_of_few_patients(content, compared):
    content["initialisations"] = {"pretrained": "poor too", "plain": "poor"}
    verdict = compared(content).contrasts[0].verdict
    assert verdict.decision is Decision.CANNOT_TELL
    assert verdict.low < 0 < verdict.high


def test_every_comparison_of_a_plan_pays_for_the_others(content, compared, tmp_path):
    alone = compared(content).contrasts[0].verdict
    content["initialisations"]["third"] = "poor too"
    content["bundles"]["thyroid_us"] = str(table_of(tmp_path, patients=120))
    found = compared(content)
    names = [(its.bundle, its.first) for its in found.contrasts]
    assert names == [(bundle, arm) for bundle in ("breast_us", "thyroid_us") for arm in ("pretrained", "third")]
    first = found.contrasts[0].verdict
    assert first.p == alone.p
    assert first.p_holm > alone.p_holm
    assert "third" in found.contrasts[1].verdict.sentence


def test_with_fewer_than_20_positive_patients_there_is_no_verdict_and_the_reason_is_said(content, compared, tmp_path):
    content["bundles"] = {"breast_us": str(table_of(tmp_path, patients=50))}
    found = compared(content)
    assert found.contrasts[0].verdict.reason is Reason.FEW_PATIENTS
    assert "No verdict, since fewer than 20 patients are positive" in sentences(found)[0]


def test_with_two_seeds_it_is_about_the_trained_models_only(content, compared):
    assert "of these two trained models only" in sentences(compared({**content, "seeds": [0, 1]}))[0]


def test_the_best_on_validation_is_tested_and_no_other(content, compared, tmp_path):
    found = compared(content)
    assert {its.trial.learning_rate for its in found.chosen} == {0.001}
    assert len(found.chosen) == len(found.scores) == 12
    assert calls(tmp_path / "out") == {"train": 24, "evaluate": 12}
    assert not list((tmp_path / "out").glob("runs/*/models/training_state.ckpt"))


def test_finished_runs_are_never_repeated(content, compared, tmp_path):
    before = compared(content).contrasts[0].verdict
    again = compared(content).contrasts[0].verdict
    assert calls(tmp_path / "out") == {"train": 24, "evaluate": 12}
    assert again == before
    compared({**content, "seeds": [0, 1, 2, 3]})
    assert calls(tmp_path / "out") == {"train": 32, "evaluate": 16}


def test_a_failure_is_told_after_all_others_are_finished_and_tried_again(
    content, compared, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("STAND_IN_FAILS", "good")
    with pytest.raises(RunError, match=r"12 of 24 runs failed, the first: breast_us pretrained .*: planted"):
        compared(content)
    assert calls(tmp_path / "out") == {"train": 12 + 12 * 2, "evaluate": 0}
    assert "FAILED: " in capsys.readouterr().out
    monkeypatch.delenv("STAND_IN_FAILS")
    compared(content)
    assert calls(tmp_path / "out") == {"train": 48, "evaluate": 12}


def test_progress_says_how_much_is_left(content, compared, capsys):
    compared({**content, "seeds": [0]})
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("[1/8] breast_us pretrained resnet50 top 0.01 fold 0 seed 0: 0 s on ")
    assert "about 0 s left" in lines[0]
    assert "left" not in lines[7]


def test_data_that_change_while_runs_go_on_are_refused(content, compared, tmp_path, monkeypatch):
    from common.comparison import worker

    data = read_prepared(table_of(tmp_path, patients=150))
    content["bundles"] = {"breast_us": str(data.folder)}
    run, ran = worker._run, []

    def changing(*arguments):
        ran.append(1)
        if len(ran) == 10:
            write_prepared(data.folder, description=data.description, root=data.root, rows=data.rows[:-2])
        return run(*arguments)

    monkeypatch.setattr(worker, "_run", changing)
    with pytest.raises(DatasetError, match="all runs of a comparison are on the same data"):
        compared(content)
    assert calls(tmp_path / "out")["evaluate"] == 0


def test_one_initialisation_gets_its_scores_and_out_of_fold_predictions(content, compared, tmp_path):
    content |= {"initialisations": {"plain": "poor"}, "seeds": [0]}
    found = compared(content)
    write_results(found, command="")
    assert found.contrasts == []
    assert "breast_us. plain: test AUC 0.6" in summary(found)
    predictions = read_predictions(tmp_path / "out/predictions/breast_us_plain_seed_0.csv")
    assert len(predictions) == len(set(predictions.image)) == 300


def test_as_published_tests_every_scenario_and_counts_them_beside_our_p(content, compared, tmp_path):
    found = compared({**content, "mode": "as_published"})
    assert calls(tmp_path / "out") == {"train": 24, "evaluate": 24}
    published = found.contrasts[0].published
    assert published.scenarios == 2
    assert published.points == pytest.approx(100 * (published.mean[0] - published.mean[1]))
    assert list(found.contrasts[0].scenarios) == ["resnet50, top, 0.01", "resnet50, top, 0.001"]
    differences = [its.value for its in found.contrasts[0].scenarios.values()]
    assert sum(differences) / 2 == pytest.approx(published.points / 100)
    assert compared(content, tmp_path / "fair").contrasts[0].scenarios == {}
    assert found.contrasts[0].verdict.decision is Decision.BETTER


def test_what_is_left_is_whole(content, compared, tmp_path):
    found, out = compared(content), tmp_path / "out"
    write_results(found, command="python scripts/compare.py")
    left = json.loads((out / "verdict.json").read_text())
    assert left["verdicts"][0]["decision"] == "better"
    assert left["verdicts"][0]["published_percent"] == 4.0
    assert left["problems"]["breast_us"]["synthetic"] is True
    with (out / "verdicts.csv").open() as file:
        (row,) = csv.DictReader(file)
    assert row["decision"] == "better"
    with (out / "runs.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 24
    chosen = [row for row in rows if row["chosen"]]
    assert len(chosen) == 12
    assert all(row["evaluate"] and row["test_value"] for row in chosen)
    assert not any(row["evaluate"] or row["test_value"] for row in rows if not row["chosen"])
    assert all((out / "runs" / row["key"]).is_dir() and row["train"] for row in rows)
