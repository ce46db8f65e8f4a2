"""The variants of each backbone: how to build it, how wide its features are, which of its parameters are the top."""

from collections.abc import Callable
from typing import NamedTuple

from monai.networks.nets import DenseNet121
from monai.networks.nets import resnet50 as monai_resnet50
from torch import nn

from ..errors import ConfigError


class Variant(NamedTuple):
    """One published form of a network.

    `id` is stored in weights and never changes; `features` is the width of the pooled vector; `top` are the prefixes of
    the parameters of its last block, which `trainable: top` leaves free.
    """

    id: int
    build: Callable[[], nn.Module]
    features: int
    top: tuple[str, ...]


def resnet50() -> nn.Module:
    """Return torchvision's ResNet-50 v1.5 without classifier, `(B, 3, H, W)` to `(B, 2048)`, keyed as torchvision's.

    MONAI's defaults (stem of stride 1, biased shortcuts) are another network at four times the work.
    """
    return monai_resnet50(
        spatial_dims=2, n_input_channels=3, conv1_t_stride=2, bias_downsample=False, feed_forward=False
    )


def densenet121() -> nn.Module:
    """Return torchvision's DenseNet-121 without classifier, `(B, 3, H, W)` to `(B, 1024)`; `features.*` as MONAI's."""
    network = DenseNet121(spatial_dims=2, in_channels=3, out_channels=1)
    network.class_layers.out = nn.Identity()
    return network


BACKBONES = {
    "resnet50": Variant(1, resnet50, features=2048, top=("layer4.",)),
    "densenet121": Variant(2, densenet121, features=1024, top=("features.denseblock4.", "features.norm5.")),
}
"""By the name that the head key `backbone` takes."""


def variant(name: str) -> Variant:
    """Return the variant called `name`.

    Raises:
        ConfigError: There is none.
    """
    if name not in BACKBONES:
        raise ConfigError(f"backbone is one of {', '.join(BACKBONES)}; got {name!r}")
    return BACKBONES[name]
