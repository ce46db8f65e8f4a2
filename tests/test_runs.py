import contextlib
import itertools
import json
from pathlib import Path

import pytest
import torch

from common.datasets.items import Items, Origin
from common.errors import RunError
from common.locks import LOCK
from common.runs import Run, check_data, check_settings, read_model

OWN = Origin("busbra", synthetic=False, index_sha256="", root=Path("/data"), shared_patients={})
ITEMS = [{"image": "/data/a.png", "label": "benign"}, {"image": "/data/b.png", "label": "malignant"}]


@pytest.fixture
def network() -> torch.nn.Module:
    torch.manual_seed(0)
    return torch.nn.Linear(2, 2)


@pytest.fixture
def start(tmp_path, network):
    def open_run(items=ITEMS, validation=ITEMS, network=network, **settings) -> Run:
        run = Run({"fold": 0, **settings}, str(tmp_path / "models"), str(tmp_path / "eval"))
        run.open(items, validation, network)
        return run

    return open_run


def test_the_key_is_of_settings_data_and_weights_alone(start, network):
    key = start().key
    assert start().key == key
    assert start(fold=1).key != key
    assert start(items=[{**ITEMS[0], "label": "malignant"}, ITEMS[1]]).key != key
    assert start(validation=ITEMS[:1]).key != key
    with torch.no_grad():
        network.bias[0] += 1e-6
    assert start().key != key


def test_another_run_is_shelved_and_comes_back(start, tmp_path, network):
    first = start()
    first.save_model(network, val_auc=0.5)
    first.record(seconds=1)
    second = start(fold=1)
    second.save_model(network)
    second.record()
    assert (tmp_path / "runs" / first.key / "models" / "model.pt").exists()
    assert (tmp_path / "runs" / first.key / "eval" / "run.json").exists()
    assert read_model(tmp_path / "models")["fold"] == 1
    start()
    assert read_model(tmp_path / "models")["val_auc"] == 0.5
    assert json.loads((tmp_path / "eval" / "run.json").read_text())["seconds"] == 1


@pytest.mark.parametrize("moves", range(11))
def test_an_exchange_that_is_cut_short_is_taken_up(start, tmp_path, network, monkeypatch, moves):
    items, replace, done = Items(ITEMS, OWN), Path.replace, itertools.count()
    first = start(items)
    first.save_model(network)
    first.record()
    second = start(items, fold=1)
    second.save_model(network)
    second.record()
    (tmp_path / "eval" / "figures").mkdir()

    def cut_short(path, target):
        if "runs" in str(path) + str(target) and next(done) == moves:
            raise KeyboardInterrupt
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", cut_short)
    with contextlib.suppress(KeyboardInterrupt):
        start(items)
    start(items)
    names = {folder: {path.name for path in (tmp_path / folder).iterdir()} for folder in ("models", "eval")}
    assert names == {"models": {LOCK, "model.pt", "model.json", "seen.txt", "run.json"}, "eval": {LOCK, "run.json"}}
    assert {path.name for path in (tmp_path / "runs" / second.key / "eval").iterdir()} == {"run.json", "figures"}


def test_a_run_that_ended_before_its_first_epoch_leaves_nothing_on_the_shelf(start, tmp_path):
    start()
    start(fold=1)
    assert not (tmp_path / "runs").exists()


def test_files_of_an_unknown_run_are_kept(start, tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "model.pt").write_text("somebody's weights")
    start()
    (tmp_path / "models" / "model.pt").write_text("another's")
    start(fold=1)
    assert (tmp_path / "runs" / "unknown1" / "models" / "model.pt").read_text() == "somebody's weights"
    assert (tmp_path / "runs" / "unknown2" / "models" / "model.pt").read_text() == "another's"


@pytest.mark.parametrize("folder", ["models", "eval"])
def test_a_folder_of_other_things_is_refused_and_left_as_it_was(start, tmp_path, folder):
    (tmp_path / folder / "thesis").mkdir(parents=True)
    (tmp_path / folder / "thesis" / "chapter.txt").write_text("1")
    with pytest.raises(RunError, match=rf"{folder} holds thesis, and no run: give --ckpt_dir and --output_dir folders"):
        start()
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["chapter.txt", folder, "thesis"]


def test_a_model_that_is_served_stays_until_there_is_a_new_one(start, tmp_path, network):
    """MONAI Label hands a plain list over, and without `model.pt` would answer with random weights."""
    first = start()
    first.save_model(network, val_auc=0.5)
    first.record()
    second = start(fold=1)
    assert read_model(tmp_path / "models")["val_auc"] == 0.5
    assert not (tmp_path / "models" / "run.json").exists()
    second.save_model(network)
    assert read_model(tmp_path / "models")["fold"] == 1
    prepared = Items(ITEMS, Origin("mine", synthetic=False, index_sha256="ab", root=tmp_path, shared_patients={}))
    start(items=prepared)
    assert [path.name for path in (tmp_path / "models").iterdir()] == [LOCK]


def test_a_model_that_goes_on_from_the_one_that_is_served_says_so(start, tmp_path, network):
    first = start()
    first.save_model(network)
    first.record()
    assert start(fold=1).card["weights_source"] == f"the model of run {first.key}, not of this collection"
    with torch.no_grad():
        network.bias[0] += 1
    assert start(fold=2).card["weights_source"] == "not of this collection"


def test_what_experiment_tracking_has_open_stays(start, tmp_path):
    start().record()
    (tmp_path / "eval" / "mlruns.db").touch()
    start(fold=1)
    assert (tmp_path / "eval" / "mlruns.db").exists()


def test_a_model_is_plain_tensors_and_its_card(start, tmp_path, network):
    start(fold="official_2").save_model(network, best_epoch=3)
    state = torch.load(tmp_path / "models" / "model.pt", weights_only=True)
    assert {name: type(value) for name, value in state.items()} == {"weight": torch.Tensor, "bias": torch.Tensor}
    card = read_model(tmp_path / "models")
    assert (card["fold"], card["best_epoch"]) == ("official_2", 3)


def test_a_model_is_only_used_as_it_was_trained(start, tmp_path, network):
    models = str(tmp_path / "models")
    with pytest.raises(RunError, match="no trained model in"):
        check_settings({"fold": 0}, ckpt_dir=models)
    start().save_model(network)
    check_settings({"fold": 0}, ckpt_dir=models)
    check_data(ITEMS, ckpt_dir=models)
    with pytest.raises(RunError, match="with fold 0; got 1: leave out --fold, or train so"):
        check_settings({"fold": 1}, ckpt_dir=models)
    origin = Origin("other", synthetic=False, index_sha256="f" * 64, root=tmp_path, shared_patients={})
    with pytest.raises(RunError, match=r"got other \(index ffffffff\): train on that first"):
        check_data(Items(ITEMS, origin), ckpt_dir=models)
