"""How Keras's batch norms differ from PyTorch's defaults."""

import torch
from torch import nn

RESNET_EPSILON = 1.001e-5
"""Of Keras's ResNets and DenseNets: `epsilon=1.001e-5` in keras/src/applications/{resnet,densenet}.py (v3.15)."""

INCEPTION_EPSILON = 1e-3
"""Of torchvision's Inception (`eps=0.001`) and of Keras's, where it is `BatchNormalization`'s default."""

KERAS_MOMENTUM = 0.01
"""Share of each batch in the running statistics: Keras's default `momentum=0.99` is the share of what was there.

A port that copies 0.99 into PyTorch's `momentum` replaces its running statistics at every step.
"""


def as_in_keras(network: nn.Module, *, epsilon: float) -> None:
    """Give every batch norm of `network` Keras's epsilon and momentum."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eps, module.momentum = epsilon, KERAS_MOMENTUM


def without_scale(norm: nn.BatchNorm2d) -> None:
    """Fix the scale of `norm` at one: Keras's `scale=False`. Nothing trains it, and no state dict has it."""
    del norm.weight
    norm.register_buffer("weight", torch.ones(norm.num_features), persistent=False)
