"""ResNet-50, as torchvision and as Keras publish it."""

import torch
from monai.networks.nets import resnet50 as monai_resnet50
from torch import nn

from .batch_norm import RESNET_EPSILON, as_in_keras


class ResNet50(nn.Module):
    """Features of `(B, 3, H, W)` at strides 2 to 32, `(B, 64 | 256 | 512 | 1024 | 2048, H/s, W/s)`.

    torchvision's v1.5 (the 3x3 convolution of a stage's first block strides), keyed as torchvision's. MONAI's defaults
    (stem of stride 1, biased shortcuts) are another network at four times the work.
    """

    def __init__(self) -> None:
        super().__init__()
        network = monai_resnet50(
            spatial_dims=2, n_input_channels=3, conv1_t_stride=2, bias_downsample=False, feed_forward=False
        )
        self.conv1 = network.conv1
        self.bn1 = network.bn1
        self.act = network.act
        self.maxpool = network.maxpool
        self.layer1 = network.layer1
        self.layer2 = network.layer2
        self.layer3 = network.layer3
        self.layer4 = network.layer4

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        """Return the outputs of the stem and of the four stages."""
        stem = self.act(self.bn1(self.conv1(x)))
        first = self.layer1(self.maxpool(stem))
        second = self.layer2(first)
        third = self.layer3(second)
        return [stem, first, second, third, self.layer4(third)]


def resnet50_keras() -> ResNet50:
    """Return Keras's ResNet-50 v1: biased convolutions, and the first 1x1 convolution of a stage strides.

    Its explicit padding is PyTorch's: 3 and 1 zeros all around; before the pooling, which follows a ReLU, a zero is as
    good as minus infinity. https://github.com/keras-team/keras/blob/v3.15.1/keras/src/applications/resnet.py
    """
    network = ResNet50()
    for stage in (network.layer1, network.layer2, network.layer3, network.layer4):
        first = stage[0]
        first.conv1.stride, first.conv2.stride = first.conv2.stride, first.conv1.stride
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            module.bias = nn.Parameter(torch.zeros(module.out_channels))
    as_in_keras(network, epsilon=RESNET_EPSILON)
    return network
