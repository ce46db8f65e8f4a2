"""Inception-ResNet-v2, as Keras publishes it."""

import torch
from torch import nn
from torch.nn.functional import relu

from .batch_norm import INCEPTION_EPSILON, as_in_keras
from .inception_layers import ConvNorm, average_pool, halving, max_pool, same

SCALES = {"block35": 0.17, "block17": 0.10, "block8": 0.20}
"""Of the residuals, by Keras's name of the block; the last block8 has 1.

https://github.com/keras-team/keras/blob/v3.15.1/keras/src/applications/inception_resnet_v2.py
"""


class InceptionResNetV2(nn.Module):
    """Features of `(B, 3, H, W)` at strides of about 2 to 32, of 64, 192, 320, 1088 and 1536 channels.

    Layers are registered in the order in which Keras makes them. As in Inception-v3 the stem does not pad: 299 rows
    become 147, 71, 35, 17 and 8; 75 are the least.
    """

    def __init__(self) -> None:
        super().__init__()
        self.Conv2d_1a_3x3 = halving(3, 32)
        self.Conv2d_2a_3x3 = ConvNorm(32, 32, 3)
        self.Conv2d_2b_3x3 = same(32, 64, 3)
        self.Conv2d_3b_1x1 = ConvNorm(64, 80, 1)
        self.Conv2d_4a_3x3 = ConvNorm(80, 192, 3)
        self.Mixed_5b = Mixed5b()
        self.block35 = nn.Sequential(*(block35() for _ in range(10)))
        self.Mixed_6a = Mixed6a()
        self.block17 = nn.Sequential(*(block17() for _ in range(20)))
        self.Mixed_7a = Mixed7a()
        self.block8 = nn.Sequential(*(block8() for _ in range(9)), block8(last=True))
        self.Conv2d_7b_1x1 = ConvNorm(2080, 1536, 1)
        as_in_keras(self, epsilon=INCEPTION_EPSILON, scale=False)

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        """Return the last outputs at each scale: two of the stem, then of the three kinds of block."""
        stem = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(x)))
        first = self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(max_pool(stem)))
        second = self.block35(self.Mixed_5b(max_pool(first)))
        third = self.block17(self.Mixed_6a(second))
        return [stem, first, second, third, self.Conv2d_7b_1x1(self.block8(self.Mixed_7a(third)))]


class Residual(nn.Module):
    """`x + scale * up(branches of x)`, then a ReLU unless it is the network's last: `(B, C, H, W)` to the same.

    Args:
        scale: Of the residual.
        branches: Side by side; each gives `(B, C', H, W)`.
        joined: Channels of all branches together.
        channels: C.
        activate: Whether a ReLU ends it.
    """

    def __init__(
        self, scale: float, *branches: nn.Sequential, joined: int, channels: int, activate: bool = True
    ) -> None:
        super().__init__()
        self.scale = scale
        self.activate = activate
        self.branches = nn.ModuleList(branches)
        self.up = nn.Conv2d(joined, channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return `(B, C, H, W)`."""
        residual = self.up(torch.cat([branch(x) for branch in self.branches], 1))
        out = x + self.scale * residual
        return relu(out) if self.activate else out


def block35() -> Residual:
    """Return Inception-ResNet-A."""
    return Residual(
        SCALES["block35"],
        nn.Sequential(ConvNorm(320, 32, 1)),
        nn.Sequential(ConvNorm(320, 32, 1), same(32, 32, 3)),
        nn.Sequential(ConvNorm(320, 32, 1), same(32, 48, 3), same(48, 64, 3)),
        joined=128,
        channels=320,
    )


def block17() -> Residual:
    """Return Inception-ResNet-B."""
    return Residual(
        SCALES["block17"],
        nn.Sequential(ConvNorm(1088, 192, 1)),
        nn.Sequential(ConvNorm(1088, 128, 1), same(128, 160, (1, 7)), same(160, 192, (7, 1))),
        joined=384,
        channels=1088,
    )


def block8(*, last: bool = False) -> Residual:
    """Return Inception-ResNet-C."""
    return Residual(
        1.0 if last else SCALES["block8"],
        nn.Sequential(ConvNorm(2080, 192, 1)),
        nn.Sequential(ConvNorm(2080, 192, 1), same(192, 224, (1, 3)), same(224, 256, (3, 1))),
        joined=448,
        channels=2080,
        activate=not last,
    )


class Mixed5b(nn.Module):
    """Inception-A: `(B, 192, H, W)` to `(B, 320, H, W)`."""

    def __init__(self) -> None:
        super().__init__()
        self.branch_0 = ConvNorm(192, 96, 1)
        self.branch_1 = nn.Sequential(ConvNorm(192, 48, 1), same(48, 64, 5))
        self.branch_2 = nn.Sequential(ConvNorm(192, 64, 1), same(64, 96, 3), same(96, 96, 3))
        self.branch_pool = ConvNorm(192, 64, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the branches' outputs, joined."""
        pooled = self.branch_pool(average_pool(x, False))
        return torch.cat([self.branch_0(x), self.branch_1(x), self.branch_2(x), pooled], 1)


class Mixed6a(nn.Module):
    """Reduction-A: `(B, 320, H, W)` to `(B, 1088, about H/2, about W/2)`."""

    def __init__(self) -> None:
        super().__init__()
        self.branch_0 = halving(320, 384)
        self.branch_1 = nn.Sequential(ConvNorm(320, 256, 1), same(256, 256, 3), halving(256, 384))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the branches' outputs, joined."""
        return torch.cat([self.branch_0(x), self.branch_1(x), max_pool(x)], 1)


class Mixed7a(nn.Module):
    """Reduction-B: `(B, 1088, H, W)` to `(B, 2080, about H/2, about W/2)`."""

    def __init__(self) -> None:
        super().__init__()
        self.branch_0 = nn.Sequential(ConvNorm(1088, 256, 1), halving(256, 384))
        self.branch_1 = nn.Sequential(ConvNorm(1088, 256, 1), halving(256, 288))
        self.branch_2 = nn.Sequential(ConvNorm(1088, 256, 1), same(256, 288, 3), halving(288, 320))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the branches' outputs, joined."""
        return torch.cat([self.branch_0(x), self.branch_1(x), self.branch_2(x), max_pool(x)], 1)
