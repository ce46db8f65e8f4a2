"""Where a network, ours or anybody's, keeps its features: the layer before its classes, and the map before its pool."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import nn

from .classifier import Classifier

Weights = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""What each channel of feature maps counts, `(B, C, 1, 1)`, of the maps and their gradient, both `(B, C, h, w)`."""


def last_linear(network: nn.Module) -> nn.Linear | None:
    """Return the last linear layer, which makes logits of features; None where there is none."""
    layers = [module for module in network.modules() if isinstance(module, nn.Linear)]
    return layers[-1] if layers else None


def last_map(forward: Callable[[torch.Tensor], torch.Tensor], network: nn.Module, image: torch.Tensor) -> nn.Module:
    """Return the module that receives the last feature map: our pooling, or what has the last one above one pixel.

    Args:
        forward: What calls the network.
        network: The network.
        image: `(1, 1, H, W)`: of a network that is not ours, a forward pass tells.
    """
    if isinstance(network, Classifier):
        return network.pool
    receivers: list[nn.Module] = []

    def note(module: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        if inputs and isinstance(inputs[0], torch.Tensor) and inputs[0].ndim == 4 and inputs[0][0, 0].numel() > 1:
            receivers.append(module)

    hooks = [module.register_forward_pre_hook(note) for module in network.modules()]
    try:
        with torch.no_grad(), _as_evaluated(network):
            forward(image)
    finally:
        for hook in hooks:
            hook.remove()
    return receivers[-1]


def mean_gradient(features: torch.Tensor, gradient: torch.Tensor) -> torch.Tensor:
    """Return Grad-CAM's weights."""
    return gradient.mean(dim=(2, 3), keepdim=True)


def higher_gradients(features: torch.Tensor, gradient: torch.Tensor) -> torch.Tensor:
    """Return Grad-CAM++'s weights (Chattopadhay et al., WACV 2018, equations 10, 11 and 19, of the exponential score).

    Their shares g^2 / (2 g^2 + sum(A) g^3) are 1 / (2 + sum(A) g), which does not vanish with small gradients; maps
    count as after a ReLU. The score's own factor is left out: it is an image's, whose map is divided by its maximum.
    """
    total, positive = torch.relu(features).sum(dim=(2, 3), keepdim=True), torch.relu(gradient)
    return (positive / (2 + total * positive)).sum(dim=(2, 3), keepdim=True)


METHODS: dict[str, Weights] = {"grad_cam": mean_gradient, "grad_cam_pp": higher_gradients}
"""Weights of the channels by the name of their method."""


def grad_cam(
    forward: Callable[[torch.Tensor], torch.Tensor],
    network: nn.Module,
    images: torch.Tensor,
    classes: torch.Tensor,
    *,
    at: nn.Module,
    given: bool = False,
    weights: Weights = mean_gradient,
) -> torch.Tensor:
    """Return where the evidence for a class lies, `(B, H, W)` float32 in `[0, 1]`; all 0 where there is none.

    Grad-CAM (Selvaraju et al., ICCV 2017): the feature map, weighted by the mean gradient of the class's logit, without
    its negative part, each image by its own maximum. Not MONAI's: in a batch that one adds up the logits of all
    images' classes, and sees no map that a function, not a module, has made (DenseNet's last ReLU).

    Args:
        forward: What calls the network, in whatever precision.
        network: The network; evaluated in evaluation mode, whatever mode it is in.
        images: `(B, 1, H, W)`.
        classes: Of each image, `(B,)`.
        at: The module that receives the feature map, as `last_map` finds it.
        given: Whether the map is what `at` gives instead.
        weights: Of the channels, a value of `METHODS`: Grad-CAM's, unless given.
    """
    maps: list[torch.Tensor] = []

    def branch(features: torch.Tensor) -> torch.Tensor:
        maps.append(features.detach().float().requires_grad_())
        return maps[-1].clone()  # a copy: what follows may work in place

    def receives(module: nn.Module, inputs: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
        return (branch(inputs[0]), *inputs[1:])

    def gives(module: nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> torch.Tensor:
        return branch(output)

    hook = at.register_forward_hook(gives) if given else at.register_forward_pre_hook(receives)
    try:
        with torch.enable_grad(), _as_evaluated(network):
            logits = forward(images)
            chosen = logits.gather(1, classes[:, None].to(logits.device)).sum()
            (gradient,) = torch.autograd.grad(chosen, maps[-1])
    finally:
        hook.remove()
    features = maps[-1].detach()
    weighted = torch.relu((weights(features, gradient) * features).sum(dim=1, keepdim=True))
    found = nn.functional.interpolate(weighted, images.shape[2:], mode="bilinear", align_corners=False)[:, 0]
    return found / found.amax(dim=(1, 2), keepdim=True).clamp(min=torch.finfo(torch.float32).tiny)


@contextmanager
def _as_evaluated(network: nn.Module) -> Iterator[None]:
    """Have no dropout, no batch statistics, and no gradient of the parameters, which would cost a backward pass more.

    An evaluator sets evaluation mode for its own pass only: what its handlers call is in training mode again.
    """
    training = network.training
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    for parameter in trained:
        parameter.requires_grad_(False)
    network.eval()
    try:
        yield
    finally:
        network.train(training)
        for parameter in trained:
            parameter.requires_grad_(True)
