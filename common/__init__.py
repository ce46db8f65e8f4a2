"""What every bundle shares: parts that a bundle's JSON configs assemble."""

from .bundles import bundle_root, check_command_line, trained
from .distributed import first_process
from .knobs import check_knobs

__all__ = ["bundle_root", "check_command_line", "check_knobs", "first_process", "trained"]
