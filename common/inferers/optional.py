"""Packages that are optional, imported where they are needed."""

import sys
from importlib import import_module
from typing import Any


def optional(name: str) -> Any:
    """Return an optional package, which tells nobody that it is used.

    OpenVINO and NNCF otherwise report each import and conversion to their makers, from a fork of this very process.
    Without the package that does so they have a stand-in.

    Raises:
        ImportError: It is not installed.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # Python's way to say "not there"
    return import_module(name)
