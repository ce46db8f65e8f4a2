"""What of `common` a bundle uses: the modules that its configurations name, and all that these import."""

import ast
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..bundles import walk

PACKAGE = Path(__file__).resolve().parents[1]
"""The folder of `common`."""

NAME = "common"


@dataclass(frozen=True)
class Closure:
    """What a bundle uses.

    Attributes:
        files: Of `common`, below its folder, sorted; a module, or a table that one reads.
        packages: Others' packages, by the name they are imported as.
    """

    files: tuple[Path, ...]
    packages: frozenset[str]


def closure(configs: Sequence[Any]) -> Closure:
    """Return what configurations use: each module with its packages and its imports, wherever in a file they stand.

    What is imported for types alone is left out.
    """
    waiting, modules = [module for config in configs for module in _roots(config)], set()
    packages = {name for config in configs for name in _others(config)}
    files: set[Path] = set()
    while waiting:
        module = waiting.pop()
        if module in modules:
            continue
        modules.add(module)
        waiting += _packages_of(module)
        path = _file(module)
        tree = ast.parse(path.read_text(encoding="utf-8"))
        files |= {path, *_tables(path, tree)}
        for node in _imports(tree):
            if isinstance(node, ast.ImportFrom) and node.level:
                waiting += _own(module, node)
            else:
                packages |= _named(node)
    return Closure(
        files=tuple(sorted(path.relative_to(PACKAGE) for path in files)),
        packages=frozenset(packages - sys.stdlib_module_names),
    )


def _roots(config: Any) -> Iterator[str]:
    """Yield the modules of `common` that a configuration imports, or takes a component from."""
    for where, value in walk(config):
        if not isinstance(value, str):
            continue
        target = value.removeprefix("$import ") if value.startswith("$import ") else ""
        target = value if where.endswith("_target_") else target
        if target.partition(".")[0] == NAME:
            yield _deepest(target)


def _others(config: Any) -> Iterator[str]:
    """Yield others' packages that a configuration takes components from; MONAI's own go by a single name."""
    for where, value in walk(config):
        if where.endswith("_target_") and "." in str(value) and not str(value).startswith(f"{NAME}."):
            yield str(value).partition(".")[0]


def _deepest(dotted: str) -> str:
    """Return as much of a dotted name as is a module."""
    parts = dotted.split(".")
    return next(name for end in range(len(parts), 0, -1) if _exists(name := ".".join(parts[:end])))


def _path(module: str) -> Path:
    return PACKAGE.joinpath(*module.split(".")[1:])


def _exists(module: str) -> bool:
    return _path(module).is_dir() or _path(module).with_suffix(".py").is_file()


def _file(module: str) -> Path:
    path = _path(module)
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _packages_of(module: str) -> list[str]:
    parts = module.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts))]


def _imports(tree: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            yield from _imports(node)


def _own(module: str, node: ast.ImportFrom) -> list[str]:
    """Return the modules that a relative import loads."""
    parts = module.split(".")
    package = parts if _path(module).is_dir() else parts[:-1]
    base = ".".join([*package[: len(package) - node.level + 1], *(node.module or "").split(".")]).rstrip(".")
    return [base, *(name for alias in node.names if _exists(name := f"{base}.{alias.name}"))]


def _named(node: ast.Import | ast.ImportFrom) -> set[str]:
    names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
    return {name.partition(".")[0] for name in names}


def _tables(path: Path, tree: ast.AST) -> set[Path]:
    """Return the files beside a module that it names, and that are no modules."""
    beside = {file.name: file for file in path.parent.iterdir() if file.is_file() and file.suffix != ".py"}
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return {beside[text] for text in texts if text in beside}
