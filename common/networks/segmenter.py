"""A pretrained backbone with a U-shaped decoder: a logit for every pixel."""

import torch
from monai.networks.nets.basic_unet import TwoConv
from torch import nn
from torch.nn.functional import interpolate

from .encoder import build_encoder, hold_frozen, take_only

WIDTHS = (256, 128, 64, 32, 16)
"""Channels of the decoder at strides 16, 8, 4, 2 and 1: those of MONAI's FlexibleUNet."""


class Segmenter(nn.Module):
    """Logits `(B, classes, H, W)` of grey images `(B, 1, H, W)` in `[0, 1]`, of any size from 96.

    Input contract -> backbone -> at each stride from 16 to 2: the coarser features resized to the finer ones' size,
    joined with them, and two convolutions -> resized to the image's size, two convolutions, and one of 1 x 1. (MONAI's
    FlexibleUNet doubles instead of resizing, and does not fit maps such as the Inceptions' 147, 71, 35, 17 and 8.)
    What is frozen stays frozen: its batch norms keep their running statistics while the rest trains.

    Args:
        backbone: Variant of the network, a key of `BACKBONES`.
        num_classes: Number of logits of a pixel; one is lesion or not, by a sigmoid.
        pretrained: Weights of the backbone: `random`, `auto`, the name of a source, or the path of a published file
            or of a trained `model.pt`, also a classifier's, whose head is left out.
        input_contract: `native`, the input that these weights were trained with, or a name in `NORMALISATIONS`.
        trainable: `all`, `top`, `top10` or `head`; the decoder is the head.

    Raises:
        ConfigError: An argument outside its list.
        WeightsError: Weights that do not fit the backbone exactly.
    """

    variant_id: torch.Tensor

    def __init__(
        self,
        backbone: str,
        num_classes: int,
        *,
        pretrained: str = "random",
        input_contract: str = "native",
        trainable: str = "all",
    ) -> None:
        super().__init__()
        encoder = build_encoder(backbone, pretrained=pretrained, input_contract=input_contract, trainable=trainable)
        self.source = encoder.source
        self.backbone = encoder.backbone
        *skips, deepest = encoder.variant.channels
        coarse = (deepest, *WIDTHS)
        self.decoder = nn.ModuleList(
            _two_convolutions(inputs + skip, outputs)
            for inputs, skip, outputs in zip(coarse[:4], reversed(skips), WIDTHS[:4], strict=True)
        )
        self.head = nn.Sequential(_two_convolutions(WIDTHS[3], WIDTHS[4]), nn.Conv2d(WIDTHS[4], num_classes, 1))
        self.contract = encoder.contract
        take_only(self, encoder.variant)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return logits `(B, classes, H, W)` of `(B, 1, H, W)`."""
        features = self.backbone(self.contract(image))
        x = features[4]
        for number, convolutions in enumerate(self.decoder):
            skip = features[3 - number]
            x = convolutions(torch.cat([_resized(x, skip), skip], 1))
        return self.head(_resized(x, image))

    def train(self, mode: bool = True) -> "Segmenter":
        """Set training mode where parameters train, evaluation mode where they are frozen."""
        super().train(mode)
        hold_frozen(self.backbone)
        return self


def _two_convolutions(inputs: int, outputs: int) -> nn.Module:
    return TwoConv(2, inputs, outputs, act=("relu", {"inplace": True}), norm="batch", bias=False)


def _resized(features: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    return interpolate(features, size=like.shape[2:], mode="bilinear", align_corners=False)
