import json

import pytest
import torch

from common.errors import WeightsError
from common.networks import Classifier
from common.weights import store
from common.weights.certificate import certify
from common.weights.recognise import read_weights
from common.weights.sources import NAMES, SOURCES


@pytest.fixture(autouse=True)
def imported(tmp_path, monkeypatch):
    monkeypatch.setenv("RADIMAGENET_WEIGHTS", str(tmp_path / "imported"))
    return tmp_path / "imported"


@pytest.fixture(scope="module")
def published(tmp_path_factory, remembering):
    path, state = tmp_path_factory.mktemp("published") / "w.pth", remembering("densenet121", "torchvision")
    torch.save({name: value for name, value in state.items() if "num_batches" not in name}, path)
    return path


@pytest.fixture(scope="module")
def certified(published):
    return certify(published)


def test_importing_what_was_imported_changes_no_byte(certified, imported):
    first = store.install(certified)
    before = {path.name: path.read_bytes() for path in imported.iterdir()}
    assert set(before) == {"imagenet_densenet121.safetensors", "imagenet_densenet121.json"}
    assert store.install(certify(first)) == first
    assert store.install(certified) == first
    assert {path.name: path.read_bytes() for path in imported.iterdir()} == before


def test_loading_and_saving_again_gives_the_same_tensors(certified, published, tmp_path):
    path = store.install(certified)
    original = read_weights(published).tensors
    network = Classifier("densenet121", 2, pretrained="imagenet")
    torch.save(network.state_dict(), tmp_path / "model.pt")
    for again in (read_weights(path), read_weights(tmp_path / "model.pt")):
        assert again.network == "densenet121"
        assert all(torch.equal(again.tensors[name], tensor) for name, tensor in original.items())


def test_the_sidecar_says_what_a_person_must_know(certified, imported):
    store.install(certified)
    facts = json.loads((imported / "imagenet_densenet121.json").read_text())
    assert facts["source"] == "imagenet"
    assert facts["contract"] == "torchvision"
    assert facts["sha256_of_original"] == certified.declaration.sha256
    assert all(facts[key] for key in ("licence", "terms", "citation", "evidence", "sha256"))
    assert facts["certificate"]["warnings"] == ["this is not the published file: its hash differs"]


def test_other_weights_replace_only_when_told(certified, tmp_path, remembering):
    path = store.install(certified)
    before = path.read_bytes()
    state = remembering("densenet121", "torchvision")
    state["features.norm5.bias"][0] += 1
    torch.save(state, tmp_path / "other.pth")
    other = certify(tmp_path / "other.pth")
    with pytest.raises(WeightsError, match=r"other weights are imported as .*: give --replace"):
        store.install(other)
    assert path.read_bytes() == before
    store.install(other, replace=True)
    assert path.read_bytes() != before


def test_only_published_weights_are_imported(tmp_path):
    torch.save(Classifier("densenet121", 2).state_dict(), tmp_path / "model.pt")
    with pytest.raises(
        WeightsError, match=r"only published weights are imported; give .*model.pt itself as --pretrained"
    ):
        store.install(certify(tmp_path / "model.pt"))


def test_a_write_that_fails_leaves_what_was_there(certified, imported, monkeypatch):
    monkeypatch.setattr(store, "write_bytes", lambda path, content: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        store.install(certified)
    assert not (imported / "imagenet_densenet121.safetensors").exists()
    assert store.resolve("auto", "densenet121") is None


def test_auto_finds_the_radimagenet_training_of_every_variant():
    for _, network in SOURCES:
        assert sum((name, network) in SOURCES for name in store.AUTO) == 1
    assert NAMES == ("radimagenet", "radimagenet_keras", "imagenet")
