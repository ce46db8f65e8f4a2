"""What Inception-v3 and Inception-ResNet-v2 are built of."""

from typing import Any

import torch
from torch import nn
from torch.nn.functional import avg_pool2d, max_pool2d, relu

from .batch_norm import INCEPTION_EPSILON


class ConvNorm(nn.Module):
    """Convolution without bias, batch norm, ReLU; keyed `conv`, `bn` as torchvision's `BasicConv2d`.

    Args:
        inputs: Channels that come in.
        outputs: Channels that go out.
        kernel: `(rows, columns)` or one number for both.
        **kwargs: `stride` and `padding`.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int | tuple[int, int], **kwargs: Any) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, bias=False, **kwargs)
        # PyTorch's own start is smaller: with this epsilon, variances would vanish from layer to layer.
        nn.init.kaiming_normal_(self.conv.weight, nonlinearity="relu")
        self.bn = nn.BatchNorm2d(outputs, eps=INCEPTION_EPSILON)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return `(B, outputs, H', W')`."""
        return relu(self.bn(self.conv(x)))


def same(inputs: int, outputs: int, kernel: int | tuple[int, int]) -> ConvNorm:
    """Return a `ConvNorm` that keeps rows and columns: padded by half of its odd kernel."""
    rows, columns = (kernel, kernel) if isinstance(kernel, int) else kernel
    return ConvNorm(inputs, outputs, (rows, columns), padding=(rows // 2, columns // 2))


def halving(inputs: int, outputs: int) -> ConvNorm:
    """Return a 3x3 `ConvNorm` of stride 2 without padding."""
    return ConvNorm(inputs, outputs, 3, stride=2)


def average_pool(x: torch.Tensor, count_padding: bool) -> torch.Tensor:
    """Return 3x3 averages; at the border of all nine places (torchvision), or of those inside the image (Keras)."""
    return avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=count_padding)


def max_pool(x: torch.Tensor) -> torch.Tensor:
    """Return 3x3 maxima at stride 2, without padding."""
    return max_pool2d(x, 3, stride=2)
