"""Files under torchvision's names, and what others renamed them to, against an independent reference."""

from typing import NamedTuple

import pytest
import torch

from common.networks.backbones import BACKBONES
from common.weights.recognise import Weights, read_weights
from tests.networks.reference import REFERENCES, Published, classifier_of, resnet50

SIZES = [(128, 128), (131, 99)]
TOLERANCE = 1e-5
"""Of the largest value of a stage."""

INCEPTIONS_CHILDREN = [
    "Conv2d_1a_3x3",
    "Conv2d_2a_3x3",
    "Conv2d_2b_3x3",
    "maxpool1",
    "Conv2d_3b_1x1",
    "Conv2d_4a_3x3",
    "maxpool2",
    "Mixed_5b",
    "Mixed_5c",
    "Mixed_5d",
    "Mixed_6a",
    "Mixed_6b",
    "Mixed_6c",
    "Mixed_6d",
    "Mixed_6e",
    "Mixed_7a",
    "Mixed_7b",
    "Mixed_7c",
]
"""Of torchvision's Inception-v3, in its order, without the auxiliary classifier."""


class Case(NamedTuple):
    network: str
    state: Published
    weights: Weights


@pytest.fixture(scope="module", params=list(REFERENCES))
def case(request, tmp_path_factory) -> Case:
    """A file as torchvision publishes it, with ImageNet's classifiers, and what was read from it."""
    state = Published(seed=3)
    REFERENCES[request.param](state, torch.zeros(1, 3, 96, 96))
    heads = {name: torch.zeros(shape) for name, shape in classifier_of(request.param).items()}
    path = tmp_path_factory.mktemp("published") / "weights.bin"
    torch.save({**state, **heads}, path)
    return Case(request.param, state, read_weights(path))


def network_with(weights: Weights) -> torch.nn.Module:
    network = BACKBONES[weights.network].build()
    network.load_state_dict(weights.tensors)
    return network.eval()


def assert_same_stages(found: list[torch.Tensor], expected: list[torch.Tensor]) -> None:
    assert len(found) == len(expected) == 5
    for stage, (ours, theirs) in enumerate(zip(found, expected, strict=True)):
        assert ours.shape == theirs.shape
        difference = float((ours - theirs).abs().max() / theirs.abs().max())
        assert difference < TOLERANCE, f"stage {stage}: {difference:.1e}"


def assert_same_weights(found: Weights, expected: Weights) -> None:
    assert found.network == expected.network
    trained = {name for name in expected.tensors if not name.endswith("num_batches_tracked")}
    assert trained <= found.tensors.keys() <= expected.tensors.keys()
    assert all(torch.equal(tensor, expected.tensors[name]) for name, tensor in found.tensors.items())


@pytest.mark.parametrize("size", SIZES)
def test_our_network_is_torchvisions_on_every_stage(case, size):
    assert case.weights.network == case.network
    image = torch.randn(2, 3, *size, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert_same_stages(network_with(case.weights)(image), REFERENCES[case.network](case.state, image))


def test_only_the_classifiers_are_left_out_and_named(case):
    assert set(case.weights.dropped) == set(classifier_of(case.network))
    assert len(case.weights.tensors) == len(case.state)


def test_radimagenets_renamed_files_are_the_same_network(case, tmp_path):
    children = {
        "resnet50": ["conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4"],
        "densenet121": ["features"],
        "inception_v3": INCEPTIONS_CHILDREN,
    }[case.network]
    renamed = {}
    for name, tensor in case.state.items():
        child, _, rest = name.partition(".")
        renamed[f"backbone.{children.index(child)}.{rest}"] = tensor
    torch.save(renamed, tmp_path / "weights.bin")
    found = read_weights(tmp_path / "weights.bin")
    assert found.layout == "RadImageNet's .pt"
    assert_same_weights(found, case.weights)


def test_torchvisions_old_dotted_densenet_is_the_same_network(tmp_path):
    state = Published(seed=4)
    REFERENCES["densenet121"](state, torch.zeros(1, 3, 96, 96))
    dotted = {}
    for name, tensor in state.items():
        parts = name.split(".")
        if len(parts) == 5:
            parts[3] = f"{parts[3][:-1]}.{parts[3][-1]}"
        if parts[-1] != "num_batches_tracked":
            dotted[".".join(parts)] = tensor
    assert "features.denseblock1.denselayer1.norm.1.weight" in dotted
    torch.save(dict(state), tmp_path / "new.bin")
    torch.save(dotted, tmp_path / "old.bin")
    assert_same_weights(read_weights(tmp_path / "old.bin"), read_weights(tmp_path / "new.bin"))


@pytest.mark.parametrize("size", SIZES)
def test_the_port_of_kerass_resnet_is_read_with_its_biases_and_strides(tmp_path, size):
    """Warvito's file: torchvision's names, 53 biases, 371 tensors in all; Keras's strides and epsilon."""
    state = Published(seed=5, biased=True)
    resnet50(state, torch.zeros(1, 3, 96, 96))
    assert len(state) == 371
    torch.save(dict(state), tmp_path / "weights.bin")
    weights = read_weights(tmp_path / "weights.bin")
    assert weights.network == "resnet50_keras"
    image = torch.randn(2, 3, *size, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        expected = resnet50(state, image, strided_1x1=True, eps=1.001e-5)
        assert_same_stages(network_with(weights)(image), expected)
