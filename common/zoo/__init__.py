"""What the MONAI model zoo asks of a bundle, asked here first."""

from .checks import Check, zoo_checks

__all__ = ["Check", "zoo_checks"]
