import hashlib
import json

import pytest
import torch
from safetensors.torch import save_file

from common.errors import WeightsError
from common.networks.backbones import BACKBONES
from common.networks.input_contract import NORMALISATIONS
from common.weights import sources
from common.weights.declared import declare
from common.weights.formats.safe import HEADER
from common.weights.recognise import read_weights


def test_every_source_names_a_backbone_a_contract_and_its_terms():
    for (name, network), source in sources.SOURCES.items():
        assert (name, network) == (source.name, source.network)
        assert network in BACKBONES
        assert source.contract in NORMALISATIONS
        assert all((source.evidence, source.licence, source.terms, source.citation, source.where, source.files))
        assert all(file.url.startswith("https://") for file in source.files if file.url)
        assert all(file.url or file.name in source.where for file in source.files)


@pytest.mark.parametrize(("contract", "source"), [("radimagenet_keras", "radimagenet_keras"), ("caffe", "imagenet")])
def test_of_two_keras_trainings_the_one_whose_input_is_remembered(
    tmp_path, remembering, written_by_keras, contract, source
):
    written_by_keras(tmp_path / "w.h5", "resnet50_keras", remembering("resnet50_keras", contract))
    declaration = declare(read_weights(tmp_path / "w.h5"), tmp_path / "w.h5")
    assert declaration.source.name == source
    assert declaration.contract == contract
    assert declaration.told_by == "the input its first batch norm remembers"


def untrained(state):
    """As a network is made: mean 0 and variance 1 in every batch norm."""
    memories = {"running_mean": 0.0, "running_var": 1.0}
    for name, value in state.items():
        if (leaf := name.rpartition(".")[2]) in memories:
            value.fill_(memories[leaf])
    return state


def test_what_remembers_neither_is_told_by_its_form_or_by_the_user(tmp_path, remembering, written_by_keras):
    state = untrained(remembering("inception_v3_keras", "symmetric"))
    written_by_keras(tmp_path / "whole.h5", "inception_v3_keras", state, whole=True)
    written_by_keras(tmp_path / "notop.h5", "inception_v3_keras", state)
    whole = declare(read_weights(tmp_path / "whole.h5"), tmp_path / "whole.h5")
    assert (whole.source.name, whole.told_by) == ("radimagenet_keras", "its form (Keras HDF5, whole model)")
    weights = read_weights(tmp_path / "notop.h5")
    with pytest.raises(WeightsError, match="weights of radimagenet_keras or imagenet: say which with --source NAME"):
        declare(weights, tmp_path / "notop.h5")
    assert declare(weights, tmp_path / "notop.h5", source="imagenet").contract == "symmetric"
    with pytest.raises(WeightsError, match="is radimagenet_keras, imagenet; got 'radimagenet': give --source"):
        declare(weights, tmp_path / "notop.h5", source="radimagenet")


def test_a_bare_state_dict_of_a_keras_network_asks_which_training_it_is(tmp_path):
    torch.save(BACKBONES["inception_v3_keras"].build().state_dict(), tmp_path / "w.pt")
    with pytest.raises(WeightsError, match="weights of radimagenet_keras or imagenet: say which with --source NAME"):
        declare(read_weights(tmp_path / "w.pt"), tmp_path / "w.pt")


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (
            {"network": "densenet121", "contract": "guessed"},
            "an input contract is one of .*; its header says 'guessed'",
        ),
        ({"network": "densenet121"}, "an input contract is one of .*; its header says ''"),
        ({"network": "resnet51"}, "a backbone is one of .*; this file's header says 'resnet51'"),
    ],
)
def test_a_header_that_names_nothing_known_is_refused(tmp_path, header, message):
    state = BACKBONES["densenet121"].build().state_dict()
    save_file(state, tmp_path / "w.safetensors", metadata={HEADER: json.dumps(header)})
    with pytest.raises(WeightsError, match=message):
        declare(read_weights(tmp_path / "w.safetensors"), tmp_path / "w.safetensors")


@pytest.mark.parametrize("algorithm", ["sha256", "md5"])
def test_a_known_hash_decides(tmp_path, remembering, written_by_keras, monkeypatch, algorithm):
    written_by_keras(tmp_path / "w.h5", "densenet121_keras", remembering("densenet121_keras", "caffe"))
    digest = hashlib.new(algorithm, (tmp_path / "w.h5").read_bytes()).hexdigest()
    key = ("imagenet", "densenet121_keras")
    known = sources.SOURCES[key]._replace(files=(sources.File("any.h5", **{algorithm: digest}),))
    monkeypatch.setitem(sources.SOURCES, key, known)
    declaration = declare(read_weights(tmp_path / "w.h5"), tmp_path / "w.h5")
    assert (declaration.source.name, declaration.known, declaration.told_by) == ("imagenet", "known", "its hash")
    assert declaration.title == "Keras's ImageNet training"


def test_another_hash_than_the_registrys_is_different_and_where_it_has_none_unknown(tmp_path, remembering):
    state = remembering("resnet50", "torchvision")
    torch.save(state, tmp_path / "w.pth")
    assert declare(read_weights(tmp_path / "w.pth"), tmp_path / "w.pth").known == "different"
    declaration = declare(read_weights(tmp_path / "w.pth"), tmp_path / "w.pth", source="radimagenet")
    assert (declaration.known, declaration.contract) == ("unknown", "symmetric")
