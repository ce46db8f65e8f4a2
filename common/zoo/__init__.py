"""What the MONAI model zoo asks of a bundle, asked here first."""

from .check import Check
from .checks import zoo_checks

__all__ = ["Check", "zoo_checks"]
