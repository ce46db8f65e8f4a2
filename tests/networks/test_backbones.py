import math
from functools import cache

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from common.networks.backbones import BACKBONES

STRIDES = (2, 4, 8, 16, 32)

LINEAR = {1024: 1024 * 1000 + 1000, 2048: 2048 * 1000 + 1000}
"""Parameters of ImageNet's 1000-way classifier, by the width it stands on."""

AUXILIARY = (768 * 128 + 2 * 128) + (128 * 768 * 5 * 5 + 2 * 768) + (768 * 1000 + 1000)
"""Parameters of Inception-v3's auxiliary classifier: 1x1 convolution, 5x5 convolution, linear layer."""

TRAINED = {
    "resnet50": 25_557_032 - LINEAR[2048],
    "densenet121": 7_978_856 - LINEAR[1024],
    "inception_v3": 27_161_264 - LINEAR[2048] - AUXILIARY,
}
"""torchvision's published counts, less what is no part of the backbone."""

HELD = {
    "resnet50_keras": 23_587_712,
    "densenet121_keras": 7_037_504,
    "inception_v3_keras": 21_802_784,
    "inception_resnet_v2": 54_336_736,
}
"""Keras's counts of its networks without top, which include the running statistics."""


@cache
def on_meta(name: str) -> nn.Module:
    """The network without memory for its numbers: whatever passes has a shape alone."""
    with torch.device("meta"):
        return BACKBONES[name].build().eval()


every_backbone = pytest.mark.parametrize("name", list(BACKBONES))


def counts(network: nn.Module) -> tuple[int, int]:
    """Numbers that are trained, and numbers held with the running statistics."""
    state = {name: value for name, value in network.state_dict().items() if not name.endswith("num_batches_tracked")}
    return sum(value.numel() for value in network.parameters()), sum(value.numel() for value in state.values())


def norms(network: nn.Module) -> list[nn.BatchNorm2d]:
    return [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]


@every_backbone
def test_it_has_the_published_number_of_parameters(name):
    trained, held = counts(BACKBONES[name].build())
    assert (trained if name in TRAINED else held) == {**TRAINED, **HELD}[name]


def test_ids_never_change():
    """They are stored in weights."""
    expected = {"resnet50": 1, "densenet121": 2, "resnet50_keras": 3, "densenet121_keras": 4}
    expected |= {"inception_v3": 5, "inception_v3_keras": 6, "inception_resnet_v2": 7}
    assert {name: variant.id for name, variant in BACKBONES.items()} == expected


@every_backbone
@settings(max_examples=8)
@given(rows=st.integers(96, 500), columns=st.integers(96, 500))
def test_features_have_their_widths_and_strides_at_any_size(name, rows, columns):
    """The Inceptions' stem does not pad: (((n - 1) // 2 - 2) - 1) // 2 - 2 rows at stride 4 are n / 4 - 4.5 or more."""
    variant = BACKBONES[name]
    features = on_meta(name)(torch.empty(1, 3, rows, columns, device="meta"))
    assert tuple(feature.shape[1] for feature in features) == variant.channels
    for feature, stride in zip(features, STRIDES, strict=True):
        for found, side in zip(feature.shape[2:], (rows, columns), strict=True):
            assert max(1, side / stride - 4.5) <= found <= math.ceil(side / stride)


@pytest.mark.parametrize(
    ("name", "side", "expected"),
    [
        ("resnet50", 224, (112, 56, 28, 14, 7)),
        ("densenet121", 224, (112, 56, 28, 14, 7)),
        ("inception_v3", 299, (147, 71, 35, 17, 8)),
        ("inception_resnet_v2", 299, (147, 71, 35, 17, 8)),
    ],
)
def test_features_have_the_papers_rows_at_the_papers_size(name, side, expected):
    features = on_meta(name)(torch.empty(1, 3, side, side, device="meta"))
    assert tuple(feature.shape[2] for feature in features) == expected


@every_backbone
def test_in_evaluation_an_image_is_seen_alone(name):
    network = BACKBONES[name].build().eval()
    images = torch.randn(3, 3, 97, 131, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        for together, alone in zip(network(images), network(images[1:2]), strict=True):
            assert together[1].std() > 0
            torch.testing.assert_close(together[1:2], alone, rtol=1e-4, atol=1e-4 * float(alone.abs().max()))


@every_backbone
def test_a_step_of_training_moves_running_statistics_a_tenth_of_the_way_at_most(name):
    """By 1 to 10 % towards the batch's. A `momentum` of 0.99, as in a port of Keras's ResNet-50, forgets the rest."""
    network = BACKBONES[name].build().train()
    moves: dict[nn.Module, tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]] = {}

    def remember(norm: nn.BatchNorm2d, inputs: tuple[torch.Tensor]) -> None:
        var, mean = torch.var_mean(inputs[0], (0, 2, 3))
        moves[norm] = norm.running_mean.clone(), mean, norm.running_var.clone(), var

    for norm in norms(network):
        norm.register_forward_pre_hook(remember)
    with torch.no_grad():
        network(torch.randn(4, 3, 96, 96, generator=torch.Generator().manual_seed(0)))
    assert moves
    for norm, (mean, batch_mean, var, batch_var) in moves.items():
        assert 0.009 < share(norm.running_mean - mean, batch_mean - mean) < 0.101
        assert 0.009 < share(norm.running_var - var, batch_var - var) < 0.101


def share(moved: torch.Tensor, whole: torch.Tensor) -> float:
    return float(moved @ whole / (whole @ whole))


@every_backbone
def test_its_top_is_a_part_of_it(name):
    names = [parameter for parameter, _ in BACKBONES[name].build().named_parameters()]
    for prefix in BACKBONES[name].top:
        assert 0 < sum(parameter.startswith(prefix) for parameter in names) < len(names) / 2
