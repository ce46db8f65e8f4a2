"""The components of a configuration: each `_target_` exists, and takes the arguments that stand beside it."""

import importlib
import inspect
from collections.abc import Callable
from functools import cache
from pydoc import ErrorDuringImport, locate
from typing import Any

from ..bundles import walk
from .files import Config


def check_targets(config: Config) -> list[str]:
    """Return the components that do not exist, or do not take their arguments.

    MONAI passes over a misspelt component until something refers to it, and over nothing in its arguments.
    """
    problems = []
    for where, component in walk(config):
        if isinstance(component, dict) and "_target_" in component:
            problems += [f"{where}: {problem}" for problem in _check_component(component)]
    return problems


def _check_component(component: Config) -> list[str]:
    target = str(component["_target_"])
    factory = _located(target)
    if factory is None:
        return [f"there is no {target!r}: MONAI's components go by their name, others by their module's and theirs"]
    arguments = {key: value for key, value in component.items() if not key.startswith("_")}
    try:
        inspect.signature(factory).bind(**arguments)
    except TypeError as error:
        return [f"{target} does not take these arguments: {error}"]
    return []


@cache
def _located(target: str) -> Callable[..., Any] | None:
    module = _locator().get_component_module_name(target)
    try:
        found = getattr(importlib.import_module(module), target) if isinstance(module, str) else locate(target)
    except ErrorDuringImport:
        return None
    return found if callable(found) else None


@cache
def _locator() -> Any:
    from monai.bundle import ComponentLocator

    return ComponentLocator()
