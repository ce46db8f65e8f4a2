"""Silence around pydicom: its warnings and logs quote header values, which may name the patient."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)
"""For good, because it logs a traceback for every frame that it cannot decode, which we refuse in one line."""


@contextmanager
def quietly() -> Iterator[None]:
    """Let no warning through."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
