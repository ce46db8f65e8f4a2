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


def as_in_keras(network: nn.Module, *, epsilon: float, scale: bool = True) -> None:
    """Give every batch norm of `network` Keras's epsilon and momentum.

    Without `scale` (Keras's `scale=False`) its scale is fixed at one: nothing trains it, and no state dict has it.
    """
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eps, module.momentum = epsilon, KERAS_MOMENTUM
            if not scale:
                del module.weight
                module.register_buffer("weight", torch.ones(module.num_features), persistent=False)
