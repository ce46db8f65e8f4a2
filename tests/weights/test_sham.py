"""A sham keeps what weights are made of, and loses what they have learnt."""

import pytest
import torch

from common.networks import Classifier
from common.seen import read_seen, write_seen
from common.weights.recognise import read_weights
from common.weights.sham import write_sham


@pytest.fixture
def trained(tmp_path):
    torch.manual_seed(0)
    torch.save(Classifier("densenet121", 2, pretrained="random").state_dict(), tmp_path / "model.pt")
    write_seen(tmp_path, ["00ff"])
    return tmp_path / "model.pt"


def test_every_tensor_keeps_its_values_and_loses_their_order(trained, tmp_path):
    before, after = (read_weights(path).tensors for path in (trained, write_sham(trained, tmp_path / "sham")))
    assert before.keys() == after.keys()
    for name, tensor in before.items():
        assert torch.equal(tensor.flatten().sort().values, after[name].flatten().sort().values)
    kernel = "features.denseblock1.denselayer1.layers.conv2.weight"
    assert not torch.equal(before[kernel], after[kernel])


def test_it_loads_with_the_same_input_and_has_seen_the_same_images(trained, tmp_path):
    path = write_sham(trained, tmp_path / "sham")
    network = Classifier("densenet121", 3, pretrained=str(path))
    assert torch.equal(network.contract.mean, torch.load(trained)["contract.mean"])
    assert network.source.description.startswith(
        "a sham: a model of this collection, each tensor shuffled, 725 tensors"
    )
    assert read_seen(path) == {"00ff"}


def test_a_seed_decides_the_order(trained, tmp_path):
    paths = [write_sham(trained, tmp_path / str(number), seed=seed) for number, seed in enumerate((0, 0, 1))]
    files = [path.read_bytes() for path in paths]
    assert files[0] == files[1] != files[2]
