"""DenseNet-121, as torchvision and as Keras publish it."""

import torch
from monai.networks.nets import DenseNet121 as MonaiDenseNet121
from torch import nn
from torch.nn.functional import relu

from .batch_norm import RESNET_EPSILON, as_in_keras


class DenseNet121(nn.Module):
    """Features of `(B, 3, H, W)` at strides 2 to 32, `(B, 64 | 256 | 512 | 1024 | 1024, H/s, W/s)`.

    Keyed as MONAI's, which are torchvision's but for `layers.` inside a dense layer.
    """

    def __init__(self) -> None:
        super().__init__()
        self.features = MonaiDenseNet121(spatial_dims=2, in_channels=3, out_channels=1).features

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        """Return the stem, the first three dense blocks before their transitions, and the last, normalised."""
        features = self.features
        stem = features.relu0(features.norm0(features.conv0(x)))
        first = features.denseblock1(features.pool0(stem))
        second = features.denseblock2(features.transition1(first))
        third = features.denseblock3(features.transition2(second))
        last = features.denseblock4(features.transition3(third))
        return [stem, first, second, third, relu(features.norm5(last))]


def densenet121_keras() -> DenseNet121:
    """Return Keras's DenseNet-121: torchvision's, but for the batch norms' epsilon and momentum."""
    network = DenseNet121()
    as_in_keras(network, epsilon=RESNET_EPSILON)
    return network
