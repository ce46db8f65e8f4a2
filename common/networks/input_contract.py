"""The input that a backbone's weights were trained with, as the network's first layer."""

from typing import Any, NamedTuple

import torch
from torch import nn

from ..errors import ConfigError, WeightsError


class Normalisation(NamedTuple):
    """What a grey image in `[0, 1]` becomes: `(x - mean) / std`, one value per channel the first convolution sees."""

    id: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]


NORMALISATIONS = {
    "torchvision": Normalisation(1, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "radimagenet_keras": Normalisation(2, (0.406, 0.456, 0.485), (1.0, 1.0, 1.0)),
    "symmetric": Normalisation(3, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
    "caffe": Normalisation(4, (103.939 / 255, 116.779 / 255, 123.68 / 255), (1 / 255, 1 / 255, 1 / 255)),
}
"""By name. Ids are stored in weights, so they never change.

torchvision: https://github.com/pytorch/vision/blob/v0.20.0/torchvision/transforms/_presets.py#L42 (red, green, blue).
radimagenet_keras: the authors' scripts feed `(BGR - [103.939, 116.779, 123.68]) / 255`; 103.939 / 255 = 0.4076, which
the ports write 0.406, ImageNet's mean of blue (blue, green, red; no division by a standard deviation).
symmetric, caffe: `2 x - 1` and `255 x - mean` (blue, green, red), the modes "tf" and "caffe" of
https://github.com/keras-team/keras/blob/v3.15.1/keras/src/applications/imagenet_utils.py
"""


class InputContract(nn.Module):
    """A grey image `(B, 1, H, W)` in `[0, 1]` as the three channels `(B, 3, H, W)` that the weights expect.

    Mean, standard deviation and their id are buffers: they travel in the state dict with the weights they belong to,
    and a loaded contract that is not one of `NORMALISATIONS` is refused, even by a loader that is not strict.

    Args:
        name: A key of `NORMALISATIONS`.
    """

    id: torch.Tensor
    mean: torch.Tensor
    std: torch.Tensor

    def __init__(self, name: str) -> None:
        super().__init__()
        if name not in NORMALISATIONS:
            raise ConfigError(f"input_contract is one of native, {', '.join(NORMALISATIONS)}; got {name!r}")
        contract = NORMALISATIONS[name]
        self.register_buffer("id", torch.tensor(contract.id))
        self.register_buffer("mean", torch.tensor(contract.mean).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(contract.std).view(1, 3, 1, 1))
        self.register_load_state_dict_pre_hook(_refuse_unknown_contract)  # type: ignore[no-untyped-call]

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return `(B, 3, H, W)` of `(B, 1, H, W)`."""
        return (image.expand(-1, 3, -1, -1) - self.mean) / self.std


def _refuse_unknown_contract(module: nn.Module, state: dict[str, torch.Tensor], prefix: str, *_: Any) -> None:
    missing = [name for name in ("id", "mean", "std") if prefix + name not in state]
    if missing:
        raise WeightsError(
            f"weights carry their input contract; these lack {', '.join(prefix + name for name in missing)}"
        )
    number = int(state[prefix + "id"])
    known = {contract.id: contract for contract in NORMALISATIONS.values()}
    if number not in known:
        raise WeightsError(f"input contracts have ids {sorted(known)}; these weights say {number}")
    for name in ("mean", "std"):
        expected = torch.tensor(getattr(known[number], name))
        if not torch.allclose(state[prefix + name].flatten().float().cpu(), expected, atol=1e-6):
            found = [round(value, 4) for value in state[prefix + name].flatten().tolist()]
            raise WeightsError(f"input contract {number} has {name} {expected.tolist()}; these weights say {found}")
