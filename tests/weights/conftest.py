"""Weights as if they had been trained: random kernels, and batch norms that remember images which passed through."""

from collections.abc import Callable
from functools import cache, lru_cache

import h5py
import pytest
import torch
from torch.nn.functional import interpolate

from common.networks.backbones import BACKBONES
from common.networks.input_contract import InputContract
from common.weights.layouts import keras

State = dict[str, torch.Tensor]


@cache
def training_images() -> torch.Tensor:
    """Grey images `(8, 1, 224, 224)` in `[0, 1]`, blobs of every size on black; not those of the check."""
    generator = torch.Generator().manual_seed(5)
    fields = sum(
        interpolate(torch.randn(8, 1, side, side, generator=generator) / side**0.5, (224, 224), mode="bilinear")
        for side in (2, 4, 8, 16, 32, 64)
    )
    return (0.15 + 0.35 * fields).clamp(0, 1)


@lru_cache(maxsize=2)
def _remembering(network: str, contract: str) -> State:
    torch.manual_seed(0)
    backbone = BACKBONES[network].build().train()
    for module in backbone.modules():
        if isinstance(module, torch.nn.Conv2d):
            torch.nn.init.kaiming_normal_(module.weight)
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 1.0
            torch.nn.init.normal_(module.bias, 0, 0.2)
            if isinstance(module.weight, torch.nn.Parameter):
                torch.nn.init.uniform_(module.weight, 0.5, 1.5)
    with torch.no_grad():
        backbone(InputContract(contract)(training_images()))
    return backbone.state_dict()


@pytest.fixture(scope="session")
def remembering() -> Callable[[str, str], State]:
    """Makes the state dict of a backbone whose batch norms remember images under an input contract."""
    return lambda network, contract: {name: tensor.clone() for name, tensor in _remembering(network, contract).items()}


@pytest.fixture(scope="session")
def written_by_keras() -> Callable[..., None]:
    """Writes a state dict as Keras's weights-only HDF5; `whole` as a whole model's."""
    return write_as_keras


def write_as_keras(path, network: str, state: State, *, whole: bool = False) -> None:
    roles = {"conv": {"weight": "kernel", "bias": "bias"}}
    roles["norm"] = {"weight": "gamma", "bias": "beta", "running_mean": "moving_mean", "running_var": "moving_variance"}
    kinds = dict(keras._modules(network))
    automatic = [f"{kind}_{number}" for kind in ("conv2d", "batch_normalization") for number in range(300)]
    layers = keras._layers(network, automatic)
    with h5py.File(path, "w") as file:
        group = file.create_group("model_weights") if whole else file
        for name, tensor in state.items():
            module, _, leaf = name.rpartition(".")
            if module in layers and leaf != "num_batches_tracked":
                value = tensor.permute(2, 3, 1, 0) if tensor.ndim == 4 else tensor
                group[f"{layers[module]}/{layers[module]}/{roles[kinds[module]][leaf]}:0"] = value.numpy()
            elif leaf != "num_batches_tracked":
                group[f"{name}/kernel:0"] = tensor.numpy()
