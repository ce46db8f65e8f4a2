"""Number format and memory layout of the forward pass."""

import logging
from pathlib import Path
from typing import Any

import torch
from monai.data import MetaTensor
from monai.inferers import Inferer
from torch import nn

from ..errors import ConfigError
from .memory import keep_freed_memory

PRECISIONS = ("auto", "fp32", "bf16")
"""Values of the head key `precision`."""

_CPU_BFLOAT16 = ("avx512_bf16", "amx_bf16")
"""Names in /proc/cpuinfo of the instructions that multiply bfloat16; without them it is slower than float32."""

_logger = logging.getLogger(__name__)


class PrecisionInferer(Inferer):
    """Float32 predictions of a network that may compute in bfloat16.

    bfloat16 runs under autocast with channels-last memory; weights, loss and predictions stay float32. (MONAI's
    `amp=True` casts for CUDA only.)

    Args:
        precision: `fp32`, `bf16`, or `auto`: bf16 where the device multiplies it natively.
        device: Where the network runs.

    Raises:
        ConfigError: Another precision.
    """

    def __init__(self, precision: str, device: torch.device | str) -> None:
        self.device = torch.device(device)
        self.precision = resolve_precision(precision, self.device)
        self._prepared: nn.Module | None = None
        if self.device.type == "cpu":
            keep_freed_memory()

    def __call__(self, inputs: torch.Tensor, network: nn.Module, *args: Any, **kwargs: Any) -> torch.Tensor:
        """Return `network(inputs)` as float32; `inputs` is `(B, 1, H, W)`."""
        if isinstance(inputs, MetaTensor):
            inputs = inputs.as_tensor()  # every operation on a MetaTensor would carry its metadata along
        if self.precision == "fp32":
            return network(inputs, *args, **kwargs)
        self.prepared(network)
        with torch.autocast(self.device.type, torch.bfloat16):
            predictions = network(inputs, *args, **kwargs)
        return predictions.float()

    def prepared(self, network: nn.Module) -> nn.Module:
        """Return the network, its tensors laid out as they are computed with."""
        if self.precision != "fp32" and self._prepared is not network:
            network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
            self._prepared = network
        return network


def resolve_precision(precision: str, device: torch.device) -> str:
    """Return `fp32` or `bf16`; what `auto` becomes is logged once.

    Raises:
        ConfigError: Another precision.
    """
    if precision not in PRECISIONS:
        raise ConfigError(f"precision is one of {', '.join(PRECISIONS)}; got {precision!r}")
    if precision != "auto":
        return precision
    resolved = "bf16" if multiplies_bfloat16(device) else "fp32"
    _announce(resolved, device)
    return resolved


def multiplies_bfloat16(device: torch.device) -> bool:
    """Return whether a device has instructions for it."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    cpuinfo = Path("/proc/cpuinfo")
    return device.type == "cpu" and cpuinfo.exists() and any(flag in cpuinfo.read_text() for flag in _CPU_BFLOAT16)


_announced: set[str] = set()


def _announce(resolved: str, device: torch.device) -> None:
    if resolved not in _announced:
        _announced.add(resolved)
        _logger.info("precision auto: %s on this %s", resolved, device.type)
