"""Pickles read as lists of instructions: which names they import, without running one."""

import pickletools
from collections.abc import Iterator

from ..errors import TrustError


def imported(data: bytes) -> Iterator[str]:
    """Yield the names that a pickle imports.

    Raises:
        TrustError: It cannot be parsed, or names what it imports by computing the name.
    """
    try:
        for code, argument, _ in pickletools.genops(data):
            if code.name == "GLOBAL":
                yield str(argument).replace(" ", ".")
            elif code.name in ("STACK_GLOBAL", "INST", "EXT1", "EXT2", "EXT4"):
                raise TrustError(f"a pickle that computes what it imports ({code.name})")
    except (ValueError, EOFError, IndexError, UnicodeDecodeError) as error:
        raise TrustError(f"a pickle that cannot be read ({error})") from error
