"""What a bundle is measured against: bare PyTorch loops on one batch that already lies in memory."""

import copy
from collections.abc import Callable

import torch
from monai.networks.nets import resnet50
from torch import nn
from torch.nn.functional import cross_entropy

from ..networks import Classifier
from .rounds import Step

Loop = Callable[[nn.Module, torch.Tensor, str], Step]
"""Makes the step of a bare loop from a network, images `(B, 1, H, W)`, and a precision, `fp32` or `bf16`."""


def training_loop(network: nn.Module, images: torch.Tensor, precision: str) -> Step:
    """Return a step of plain training: forward, cross-entropy, backward, Adam."""
    network = _laid_out(network, precision).train()
    optimizer = torch.optim.Adam(network.parameters())
    labels = torch.arange(len(images), device=images.device) % 2

    def step() -> None:
        optimizer.zero_grad()
        with _autocast(images, precision):
            loss = cross_entropy(network(images).float(), labels)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()

    return step


def backward_loop(network: nn.Module, images: torch.Tensor, precision: str) -> Step:
    """Return a step of a forward and a backward pass of one class's logit through all layers, as evaluated."""
    network = _laid_out(network, precision).eval()

    def step() -> None:
        network.zero_grad()
        with _autocast(images, precision):
            logits = network(images)
        logits[:, 1].float().sum().backward()

    return step


def inference_loop(network: nn.Module, images: torch.Tensor, precision: str) -> Step:
    """Return a step of plain inference."""
    network = _laid_out(network, precision).eval()

    def step() -> None:
        with torch.inference_mode(), _autocast(images, precision):
            network(images)

    return step


LOOPS: dict[str, Loop] = {"train": training_loop, "infer": inference_loop}
"""By verb of the benchmark."""


def with_default_stem(network: Classifier) -> nn.Module:
    """Return the classifier of a ResNet50 on MONAI's as its defaults build it: stem of stride 1, biased shortcuts."""
    device = next(network.parameters()).device
    pooled = resnet50(spatial_dims=2, n_input_channels=3, feed_forward=False).to(device)
    return nn.Sequential(network.contract, pooled, network.classifier)


def _laid_out(network: nn.Module, precision: str) -> nn.Module:
    network = copy.deepcopy(network)
    if precision == "bf16":
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return network


def _autocast(images: torch.Tensor, precision: str) -> torch.autocast:
    return torch.autocast(images.device.type, torch.bfloat16, enabled=precision == "bf16")
