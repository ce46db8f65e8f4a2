"""The `$` expressions of a configuration: each parses, and each name in it is imported."""

import ast
import builtins
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec

from .files import Config
from .references import texts

GIVEN = frozenset({"monai", "torch", "np", "numpy"})
"""What MONAI imports for every expression: `monai.bundle.config_parser._default_globals`, 1.6.1."""

_REFERENCE = "_reference"
"""What stands for an `@id` while an expression is parsed."""


def check_expressions(config: Config) -> list[str]:
    """Return the expressions that do not parse, and those that name what `imports` does not import.

    A module is imported by its own name: that another module has happened to load it is no promise.

    Args:
        config: As MONAI merges it: `evaluate` after `train`, whose imports it replaces.
    """
    imports = config.get("imports", [])
    imported = {module for text in imports if (module := str(text).removeprefix("$import ").strip()) != text}
    problems = [f"imports: there is no module {name!r}" for name in sorted(imported) if not _is_module(name)]
    for where, text in texts(config):
        if text.startswith("$") and not text.startswith("$import "):
            problems += [f"{where}: {problem}" for problem in _check_expression(text, imported)]
    return problems


def _check_expression(text: str, imported: set[str]) -> list[str]:
    from monai.bundle import ReferenceResolver

    try:
        tree = ast.parse(ReferenceResolver.id_matcher.sub(_REFERENCE, text.removeprefix("$")), mode="eval")
    except SyntaxError as error:
        return [f"not an expression ({error.msg}): {text!r}"]
    parts = [name.split(".") for name in imported]
    loaded = {".".join(its[:depth]) for its in parts for depth in range(1, len(its) + 1)}  # with a module its packages
    needed = {module for name in _names(tree) for module in _modules(name)}
    return [f"it needs $import {module} among the imports: {text!r}" for module in sorted(needed - loaded)]


def _names(tree: ast.Expression) -> Iterator[str]:
    """Yield the names in an expression, with dots as far as they reach; not those that it binds itself."""
    nodes = list(ast.walk(tree))
    bound = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    bound |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    for node in nodes:
        name = _dotted(node)
        if name and name.partition(".")[0] not in bound | {_REFERENCE} | GIVEN | set(dir(builtins)):
            yield name


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        before = _dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return node.id if isinstance(node, ast.Name) else ""


def _modules(name: str) -> list[str]:
    """Return what has to be imported for a dotted name: its first part, and as much of it as is a module."""
    first, *rest = name.split(".")
    modules = [first]
    for part in rest:
        if not _is_module(f"{modules[-1]}.{part}"):
            break
        modules.append(f"{modules[-1]}.{part}")
    return [first, modules[-1]]


@cache
def _is_module(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ModuleNotFoundError, ValueError):  # part of what is no package, or not a module's name
        return False
