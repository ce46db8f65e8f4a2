"""How a batch goes through the network."""

from .backend import BackendInferer
from .precision import PrecisionInferer

__all__ = ["BackendInferer", "PrecisionInferer"]
