import json

import pytest

from common.comparison.jobs import REFIT
from common.comparison.results import write_results
from common.comparison.ways_page import sentence
from common.datasets.folds import parts_of
from common.datasets.items import read_items
from common.datasets.prepared import read_prepared
from common.errors import SplitError
from tests.conftest import TRAIN, places

from .conftest import calls, table_of


@pytest.fixture
def alone(content):
    """A plan of one initialisation, of three networks for each test part."""
    scenarios = [{"trainable": "top", "learning_rates": [0.01]}]
    return {**content, "initialisations": {"plain": "poor"}, "scenarios": scenarios, "seeds": [0, 1, 2]}


def test_the_mean_of_networks_that_have_not_seen_an_image_is_ahead_of_one_and_flips_are_judged(alone, compared):
    found = {its.name: its for its in compared(alone).ways}
    kinds = ["one network", "mean of 3 networks", "mean of all 6 networks"]
    assert list(found) == [*kinds, *(f"{kind}, flips" for kind in kinds)]
    assert found["one network"].ahead is None
    assert found["mean of 3 networks"].ahead.value > 0
    assert found["one network, flips"].ahead.low > 0
    assert [(its.networks, its.passes) for its in found.values()] == [(1, 1), (3, 3), (6, 6), (1, 2), (3, 6), (6, 12)]
    every = found["mean of all 6 networks"]
    assert (every.score, every.ahead) == (None, None)
    assert every.seconds == pytest.approx(2 * found["mean of 3 networks"].seconds)
    assert sentence(list(found.values())).startswith("Best: mean of 3 networks, flips, AUC 0.")
    assert "it is ahead of one network" in sentence(list(found.values()))
    one, mean = found["one network"], found["mean of 3 networks"]
    assert mean.score.value - one.score.value == pytest.approx(mean.ahead.value)
    assert mean.seconds == pytest.approx(3 * one.seconds)
    assert one.score.n == mean.score.n == 300


def test_of_few_patients_no_winner_is_named(alone, compared, tmp_path):
    alone["bundles"] = {"breast_us": str(table_of(tmp_path, patients=50))}
    assert "fewer than 20 patients are positive" in sentence(compared({**alone, "seeds": [0]}).ways)


def test_the_mean_of_the_folds_networks_is_not_judged_since_together_they_have_seen_every_image(
    alone, compared, tmp_path
):
    found = compared({**alone, "seeds": [0]})
    mean = "mean of all 2 networks"
    assert [its.name for its in found.ways] == ["one network", mean, "one network, flips", f"{mean}, flips"]
    assert [its.score is None for its in found.ways] == [False, True, False, True]
    write_results(found, command="")
    text = (tmp_path / "out" / "comparison.html").read_text()
    assert "no part of these data can judge their mean" in text
    told = json.loads((tmp_path / "out" / "verdict.json").read_text())["ways"]
    assert [its["ahead"] is None for its in told] == [True, True, False, True]


def test_folds_that_validate_on_other_images_are_an_ensemble_for_the_fold_that_all_test(alone, compared):
    found = compared({**alone, "seeds": [0], "folds": ["0v0", "0v1", "0v2", "1v0", "1v1", "1v2"]})
    assert [its.name for its in found.ways][1] == "mean of 3 networks"
    assert found.ways[1].ahead.value > 0
    assert next(iter(found.folds.values())).n == 300


def test_what_is_trained_again_gets_the_validation_part_and_the_epochs_that_were_best(alone, compared, tmp_path):
    found = compared({**alone, "seeds": [0]}, refit=True)
    again, _, whole = found.ways[-3:]
    assert again.name == "one network, trained again with the validation part"
    assert again.ahead.low < again.ahead.value < again.ahead.high
    assert (whole.name, whole.score, whole.networks) == ("one network, trained again on every image", None, 1)
    assert calls(tmp_path / "out") == {"train": 5, "evaluate": 4}
    logged = [path.read_text() for path in (tmp_path / "out").glob("runs/*/trained.json")]
    assert sum("common/overlays/refit.json" in text and "--max_epochs 1" in text for text in logged) == 2
    assert sum("common/overlays/refit_all.json" in text and "--fold all" in text for text in logged) == 1


def test_the_overlay_trains_on_both_parts_and_looks_once(run_bundle, phantoms, tiny, tmp_path):
    files = f"['{TRAIN}','{tiny}','{REFIT}']"
    knobs = ["--dataset_dir", str(phantoms), "--image_size", "[32,32]", "--max_epochs", "2", "--num_workers", "0"]
    done = run_bundle("--config_file", files, *places(tmp_path), *knobs)
    assert done.code == 0, done.output
    card = json.loads((tmp_path / "models/model.json").read_text())
    parts = [len(read_items(phantoms, ["benign", "malignant"], fold=0, part=part)) for part in ("train", "valid")]
    assert card["images"]["train"] == sum(parts)
    assert card["refit"] is True
    assert card["best_epoch"] == 2


def test_flips_stay_away_where_laterality_carries_meaning(alone, compared, tmp_path, monkeypatch):
    from common.comparison import problems

    head = problems.head
    monkeypatch.setattr(problems, "head", lambda path: {**head(path), "class_names": ["benign", "malignant"]})
    alone["bundles"] = {"acl_mri": str(table_of(tmp_path, patients=90))}
    assert [its.name for its in compared({**alone, "seeds": [0]}).ways] == ["one network", "mean of all 2 networks"]


def test_eighths_validate_in_turn_and_test_the_same(data):
    rows = read_prepared(data).rows
    parts = [parts_of(rows, f"0v{share}") for share in range(8)]
    assert parts[0] == parts_of(rows, "0")
    tested, validated = (
        [{row for row, its in enumerate(part) if its == name} for part in parts] for name in ("test", "valid")
    )
    assert all(its == tested[0] for its in tested)
    assert sum(map(len, validated)) == len(set().union(*validated)) == len(rows) - len(tested[0])
    with pytest.raises(SplitError, match="what validates is v0 to v7"):
        parts_of(rows, "0v8")
    with pytest.raises(SplitError, match="fold '9v0' does not exist"):
        parts_of(rows, "9v0")
