"""How a batch goes through the network."""

from .precision import PrecisionInferer

__all__ = ["PrecisionInferer"]
