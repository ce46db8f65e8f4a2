"""The answer to one question."""

from typing import NamedTuple


class Check(NamedTuple):
    """A check of the zoo: its name, and why it is not passed; empty if it is."""

    name: str
    reason: str = ""

    @property
    def passed(self) -> bool:
        """Whether there is nothing to complain of."""
        return not self.reason
