"""The layers of a network that give a feature map, and the names by which a user chooses one."""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import nn

from ..errors import ConfigError
from .classifier import Classifier
from .inside import last_map

LAST = "last"
"""The name of the map that a network pools."""

STRIDES = (4, 8, 16, 32)
"""Of the stages of our backbones: names too. The stem, at 2, sees edges."""


class Layer(NamedTuple):
    """Where a feature map is: what `module` gives, or what it receives."""

    module: nn.Module
    given: bool


def find_layer(
    name: str, forward: Callable[[torch.Tensor], torch.Tensor], network: nn.Module, image: torch.Tensor
) -> Layer:
    """Return the layer called `name`.

    Args:
        name: `last`; of our backbones `4`, `8`, `16` or `32`, the stride of a stage; or the path of a module.
        forward: What calls the network.
        network: The network, in evaluation mode.
        image: `(1, 1, H, W)`: a forward pass tells which modules give a map.

    Raises:
        ConfigError: There is none, or it gives no map of more than one pixel.
    """
    if name == LAST:
        return Layer(last_map(forward, network, image), given=False)
    maps, stages = _maps(forward, network, image)
    if stages and name == str(STRIDES[-1]):  # a function, not a module, may have given the last one
        return Layer(last_map(forward, network, image), given=False)
    for stride, features in zip(STRIDES, stages, strict=False):
        if name == str(stride):
            return Layer(next(module for module, output in maps.values() if output is features), given=True)
    if name not in maps:
        outermost = [path for path in maps if not any(path.startswith(f"{other}.") for other in maps)]
        strides = "".join(f", {stride}" for stride in STRIDES[: len(stages)])
        raise ConfigError(
            f"a layer is {LAST}{strides}, or a module that gives a map: {', '.join(outermost)}, or one inside; "
            f"got {name!r}: give --layer one of these"
        )
    return Layer(maps[name][0], given=True)


def _maps(
    forward: Callable[[torch.Tensor], torch.Tensor], network: nn.Module, image: torch.Tensor
) -> tuple[dict[str, tuple[nn.Module, torch.Tensor]], list[torch.Tensor]]:
    """Return the modules that give a map, with it, by path, in the order in which they do; and our backbone's maps."""
    maps: dict[str, tuple[nn.Module, torch.Tensor]] = {}
    stages: list[torch.Tensor] = []
    names = {module: name for name, module in network.named_modules()}

    def note(module: nn.Module, inputs: tuple[Any, ...], output: Any) -> None:
        if isinstance(output, torch.Tensor) and output.ndim == 4 and output[0, 0].numel() > 1:
            maps[names[module]] = (module, output)
        if isinstance(network, Classifier) and module is network.backbone:
            stages.extend(output[1:])

    hooks = [module.register_forward_hook(note) for module in network.modules()]
    try:
        with torch.no_grad():
            forward(image)
    finally:
        for hook in hooks:
            hook.remove()
    return maps, stages
