"""Inception-v3, as torchvision and as Keras publish it."""

import torch
from torch import nn

from .batch_norm import INCEPTION_EPSILON, as_in_keras
from .inception_layers import ConvNorm, average_pool, halving, max_pool, same


class InceptionV3(nn.Module):
    """Features of `(B, 3, H, W)` at strides of about 2 to 32, of 64, 192, 288, 768 and 2048 channels.

    Keyed as torchvision's, layers in the order in which Keras makes them too. The convolutions of the stem do not pad,
    so 299 rows become 147, 71, 35, 17 and 8: a segmenter resizes what it joins. 75 rows are the least.

    Args:
        count_padding: Whether average pools count their padding: torchvision's do, Keras's do not.
    """

    def __init__(self, *, count_padding: bool = True) -> None:
        super().__init__()
        self.Conv2d_1a_3x3 = halving(3, 32)
        self.Conv2d_2a_3x3 = ConvNorm(32, 32, 3)
        self.Conv2d_2b_3x3 = same(32, 64, 3)
        self.Conv2d_3b_1x1 = ConvNorm(64, 80, 1)
        self.Conv2d_4a_3x3 = ConvNorm(80, 192, 3)
        self.Mixed_5b = InceptionA(192, 32, count_padding)
        self.Mixed_5c = InceptionA(256, 64, count_padding)
        self.Mixed_5d = InceptionA(288, 64, count_padding)
        self.Mixed_6a = InceptionB()
        self.Mixed_6b = InceptionC(128, count_padding)
        self.Mixed_6c = InceptionC(160, count_padding)
        self.Mixed_6d = InceptionC(160, count_padding)
        self.Mixed_6e = InceptionC(192, count_padding)
        self.Mixed_7a = InceptionD()
        self.Mixed_7b = InceptionE(1280, count_padding)
        self.Mixed_7c = InceptionE(2048, count_padding)

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        """Return the last outputs at each scale: two of the stem, then of Mixed_5, 6 and 7."""
        stem = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(x)))
        first = self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(max_pool(stem)))
        second = self.Mixed_5d(self.Mixed_5c(self.Mixed_5b(max_pool(first))))
        third = self.Mixed_6e(self.Mixed_6d(self.Mixed_6c(self.Mixed_6b(self.Mixed_6a(second)))))
        return [stem, first, second, third, self.Mixed_7c(self.Mixed_7b(self.Mixed_7a(third)))]


class InceptionA(nn.Module):
    """1x1, 5x5, double 3x3 and pooled branches: `(B, inputs, H, W)` to `(B, 224 + pooled, H, W)`."""

    def __init__(self, inputs: int, pooled: int, count_padding: bool) -> None:
        super().__init__()
        self.count_padding = count_padding
        self.branch1x1 = ConvNorm(inputs, 64, 1)
        self.branch5x5_1 = ConvNorm(inputs, 48, 1)
        self.branch5x5_2 = same(48, 64, 5)
        self.branch3x3dbl_1 = ConvNorm(inputs, 64, 1)
        self.branch3x3dbl_2 = same(64, 96, 3)
        self.branch3x3dbl_3 = same(96, 96, 3)
        self.branch_pool = ConvNorm(inputs, pooled, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the branches' outputs, joined."""
        five = self.branch5x5_2(self.branch5x5_1(x))
        double = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))
        pooled = self.branch_pool(average_pool(x, self.count_padding))
        return torch.cat([self.branch1x1(x), five, double, pooled], 1)


class InceptionB(nn.Module):
    """Reduction: `(B, 288, H, W)` to `(B, 768, about H/2, about W/2)`."""

    def __init__(self) -> None:
        super().__init__()
        self.branch3x3 = halving(288, 384)
        self.branch3x3dbl_1 = ConvNorm(288, 64, 1)
        self.branch3x3dbl_2 = same(64, 96, 3)
        self.branch3x3dbl_3 = halving(96, 96)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the branches' outputs, joined."""
        double = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))
        return torch.cat([self.branch3x3(x), double, max_pool(x)], 1)


class InceptionC(nn.Module):
    """Factorised 7x7 branches of `width` channels: `(B, 768, H, W)` to `(B, 768, H, W)`."""

    def __init__(self, width: int, count_padding: bool) -> None:
        super().__init__()
        self.count_padding = count_padding
        self.branch1x1 = ConvNorm(768, 192, 1)
        self.branch7x7_1 = ConvNorm(768, width, 1)
        self.branch7x7_2 = same(width, width, (1, 7))
        self.branch7x7_3 = same(width, 192, (7, 1))
        self.branch7x7dbl_1 = ConvNorm(768, width, 1)
        self.branch7x7dbl_2 = same(width, width, (7, 1))
        self.branch7x7dbl_3 = same(width, width, (1, 7))
        self.branch7x7dbl_4 = same(width, width, (7, 1))
        self.branch7x7dbl_5 = same(width, 192, (1, 7))
        self.branch_pool = ConvNorm(768, 192, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the branches' outputs, joined."""
        seven = self.branch7x7_3(self.branch7x7_2(self.branch7x7_1(x)))
        double = self.branch7x7dbl_3(self.branch7x7dbl_2(self.branch7x7dbl_1(x)))
        double = self.branch7x7dbl_5(self.branch7x7dbl_4(double))
        pooled = self.branch_pool(average_pool(x, self.count_padding))
        return torch.cat([self.branch1x1(x), seven, double, pooled], 1)


class InceptionD(nn.Module):
    """Reduction: `(B, 768, H, W)` to `(B, 1280, about H/2, about W/2)`."""

    def __init__(self) -> None:
        super().__init__()
        self.branch3x3_1 = ConvNorm(768, 192, 1)
        self.branch3x3_2 = halving(192, 320)
        self.branch7x7x3_1 = ConvNorm(768, 192, 1)
        self.branch7x7x3_2 = same(192, 192, (1, 7))
        self.branch7x7x3_3 = same(192, 192, (7, 1))
        self.branch7x7x3_4 = halving(192, 192)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the branches' outputs, joined."""
        three = self.branch3x3_2(self.branch3x3_1(x))
        seven = self.branch7x7x3_4(self.branch7x7x3_3(self.branch7x7x3_2(self.branch7x7x3_1(x))))
        return torch.cat([three, seven, max_pool(x)], 1)


class InceptionE(nn.Module):
    """Branches that end in a 1x3 beside a 3x1: `(B, inputs, H, W)` to `(B, 2048, H, W)`."""

    def __init__(self, inputs: int, count_padding: bool) -> None:
        super().__init__()
        self.count_padding = count_padding
        self.branch1x1 = ConvNorm(inputs, 320, 1)
        self.branch3x3_1 = ConvNorm(inputs, 384, 1)
        self.branch3x3_2a = same(384, 384, (1, 3))
        self.branch3x3_2b = same(384, 384, (3, 1))
        self.branch3x3dbl_1 = ConvNorm(inputs, 448, 1)
        self.branch3x3dbl_2 = same(448, 384, 3)
        self.branch3x3dbl_3a = same(384, 384, (1, 3))
        self.branch3x3dbl_3b = same(384, 384, (3, 1))
        self.branch_pool = ConvNorm(inputs, 192, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the branches' outputs, joined."""
        three = self.branch3x3_1(x)
        double = self.branch3x3dbl_2(self.branch3x3dbl_1(x))
        pairs = [self.branch3x3_2a(three), self.branch3x3_2b(three)]
        pairs += [self.branch3x3dbl_3a(double), self.branch3x3dbl_3b(double)]
        pooled = self.branch_pool(average_pool(x, self.count_padding))
        return torch.cat([self.branch1x1(x)] + pairs + [pooled], 1)  # noqa: RUF005  TorchScript has no *


def inception_v3_keras() -> InceptionV3:
    """Return Keras's Inception-v3: batch norms without scale, average pools that leave their padding out."""
    network = InceptionV3(count_padding=False)
    as_in_keras(network, epsilon=INCEPTION_EPSILON, scale=False)
    return network
