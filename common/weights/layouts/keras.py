"""Keras's names: `layer/role`, kernels as (rows, columns, inputs, outputs)."""

import re
from collections.abc import Iterable
from functools import cache

import torch
from torch import nn

from ...networks.backbones import BACKBONES

_ROLES = {
    "kernel": "weight",
    "gamma": "weight",
    "bias": "bias",
    "beta": "bias",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
}
"""PyTorch's names of what a convolution or a batch norm holds."""

_AUTOMATIC = {"conv": re.compile(r"conv2d(?:_(\d+))?"), "norm": re.compile(r"batch_normalization(?:_v1)?(?:_(\d+))?")}
"""Names that Keras gives in the order in which layers are made, counting from whatever the process made before."""

_EXPLICIT = {
    "resnet50_keras": (
        (r"layer(\d)\.(\d)\.(conv|bn)(\d)", lambda s, b, kind, k: f"conv{s + 1}_block{b + 1}_{k}_{kind}"),
        (r"layer(\d)\.(\d)\.downsample\.0", lambda s, b: f"conv{s + 1}_block{b + 1}_0_conv"),
        (r"layer(\d)\.(\d)\.downsample\.1", lambda s, b: f"conv{s + 1}_block{b + 1}_0_bn"),
        (r"conv1", lambda: "conv1_conv"),
        (r"bn1", lambda: "conv1_bn"),
    ),
    "densenet121_keras": (
        (r"features\.denseblock(\d)\.denselayer(\d+)\.layers\.norm1", lambda s, b: f"conv{s + 1}_block{b}_0_bn"),
        (r"features\.denseblock(\d)\.denselayer(\d+)\.layers\.norm2", lambda s, b: f"conv{s + 1}_block{b}_1_bn"),
        (
            r"features\.denseblock(\d)\.denselayer(\d+)\.layers\.conv(\d)",
            lambda s, b, k: f"conv{s + 1}_block{b}_{k}_conv",
        ),
        (r"features\.transition(\d)\.norm", lambda s: f"pool{s + 1}_bn"),
        (r"features\.transition(\d)\.conv", lambda s: f"pool{s + 1}_conv"),
        (r"features\.conv0", lambda: "conv1_conv"),
        (r"features\.norm0", lambda: "conv1_bn"),
        (r"features\.norm5", lambda: "bn"),
    ),
    "inception_v3_keras": (),
    "inception_resnet_v2": (
        (r"(block\d+)\.(\d+)\.up", lambda block, b: f"{block}_{b + 1}_conv"),
        (r"Conv2d_7b_1x1\.conv", lambda: "conv_7b"),
        (r"Conv2d_7b_1x1\.bn", lambda: "conv_7b_bn"),
    ),
}
"""By network: our name of a layer (a pattern) and Keras's; layers without a rule have automatic names."""

_RESNET_BEFORE = re.compile(r"(res|bn)(\d)([a-f])_branch(1|2[abc])")
"""Names in Keras's ResNet50 until 2.2: `res2a_branch2b` is now `conv2_block1_2_conv`."""

_BRANCH = {"1": 0, "2a": 1, "2b": 2, "2c": 3}


def renamed(network: str, state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return `state` under our names, kernels as PyTorch has them: (outputs, inputs, rows, columns)."""
    state = {_name_now(name): tensor for name, tensor in state.items()}
    ours = {theirs: own for own, theirs in _layers(network, {name.partition("/")[0] for name in state}).items()}
    result = {}
    for name, tensor in state.items():
        layer, _, role = name.partition("/")
        own = f"{ours[layer]}.{_ROLES[role]}" if layer in ours and role in _ROLES else name
        result[own] = tensor.permute(3, 2, 0, 1) if role == "kernel" and tensor.ndim == 4 else tensor
    return result


def _layers(network: str, given: Iterable[str]) -> dict[str, str]:
    """Return Keras's name of each of our layers, automatic names by their order."""
    names: dict[str, str] = {}
    automatic: dict[str, list[str]] = {"conv": [], "norm": []}
    for own, kind in _modules(network):
        if explicit := _explicit(network, own):
            names[own] = explicit
        else:
            automatic[kind].append(own)
    for kind, layers in automatic.items():
        names.update(zip(layers, _in_order(_AUTOMATIC[kind], given), strict=False))
    return names


@cache
def _modules(network: str) -> list[tuple[str, str]]:
    """Return the convolutions and batch norms of a network, in the order in which Keras makes them."""
    with torch.device("meta"):
        modules = BACKBONES[network].build().named_modules()
    kinds = {nn.Conv2d: "conv", nn.BatchNorm2d: "norm"}
    return [(name, kinds[type(module)]) for name, module in modules if type(module) in kinds]


def _explicit(network: str, own: str) -> str:
    for pattern, name in _EXPLICIT[network]:
        if found := re.fullmatch(pattern, own):
            return name(*(int(part) if part.isdecimal() else part for part in found.groups()))
    return ""


def _in_order(pattern: re.Pattern[str], given: Iterable[str]) -> list[str]:
    numbers = {name: int(found[1] or 0) for name in given if (found := pattern.fullmatch(name))}
    return sorted(numbers, key=lambda name: numbers[name])


def _name_now(name: str) -> str:
    layer, _, role = name.partition("/")
    if found := _RESNET_BEFORE.fullmatch(layer):
        kind, stage, block, branch = found.groups()
        layer = f"conv{stage}_block{'abcdef'.index(block) + 1}_{_BRANCH[branch]}_{'conv' if kind == 'res' else 'bn'}"
    return f"{ {'conv1': 'conv1_conv', 'bn_conv1': 'conv1_bn'}.get(layer, layer) }/{role}"
