"""What makes a decoder hang, in its child process too, which imports this module."""

import time


class Hanging:
    """A frame that keeps whoever compares it waiting for a minute."""

    def __eq__(self, other: object) -> bool:
        time.sleep(60)
        return False

    __hash__ = object.__hash__
