"""`$` expressions: parsed as MONAI will evaluate them, and every name, attribute and call in them on a list."""

import ast
import re

from .allowed import Allowed
from .paths import check_paths
from .syntax import REFERENCES, dotted, is_reference

LONGEST = 400
"""Characters of an expression; our longest has 170, and what is nested deeper than Python's stack has more."""

_REFERENCE = re.compile(r"@(?:\w*)(?:::\w*)*")
"""`ReferenceResolver.id_matcher` of MONAI 1.6.1; a test holds `as_evaluated` against MONAI's own."""

_IMPORT = re.compile(r"import ([A-Za-z_][A-Za-z0-9_.]*)")

_NODES = (
    ast.Expression, ast.Constant, ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.keyword, ast.Starred,
    ast.List, ast.Tuple, ast.Dict, ast.ListComp, ast.comprehension, ast.Lambda, ast.arguments, ast.arg,
    ast.IfExp, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.Compare, ast.Eq, ast.NotEq,
    ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.Mod,
    ast.Load, ast.Store,
)  # fmt: skip
"""Parts of Python's grammar that an expression may have. Not among them: walrus, f-strings, await, yield, powers."""


def as_evaluated(text: str) -> str:
    """Return what MONAI evaluates for a `$` text: `@id` replaced in it as a text, wherever it stands."""
    source = text.replace("#", "::")
    for found in sorted(_REFERENCE.findall(source), key=len, reverse=True):
        source = source.replace(found, f"{REFERENCES}['{found[1:]}']")
    return source[1:]


def check_expression(text: str, allowed: Allowed, *, folder: bool = False) -> list[str]:
    """Return what an expression has that none of ours needs, a line each.

    Args:
        text: With its `$`.
        allowed: What it may name.
        folder: Whether its value is the path of a folder, as that of `output_dir`.
    """
    if not (text.isascii() and text.isprintable()) or len(text) > LONGEST:
        return [f"an expression is printable ASCII, {LONGEST:,} characters at most; got {text[:80]!a}"]
    if REFERENCES in text:
        return [f"{REFERENCES} is MONAI's own; got {text!r}"]
    try:
        tree = ast.parse(as_evaluated(text), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return [f"not an expression ({error}): {text!r}"]
    return [f"{problem}: {text!r}" for problem in _Reader(allowed).read(tree.body, folder=folder)]


def check_import(text: str, allowed: Allowed) -> list[str]:
    """Return why an entry of `imports` is none that our bundles have, if so."""
    found = _IMPORT.fullmatch(text[1:])
    if found and found[1] in allowed.modules:
        return []
    return [f"imports what our bundles do not import: {text!a}"]


class _Reader:
    """Collects what is wrong with one expression."""

    def __init__(self, allowed: Allowed) -> None:
        self.allowed = allowed
        self.bound: set[str] = set()
        self.problems: list[str] = []

    def read(self, tree: ast.expr, *, folder: bool) -> list[str]:
        nodes = list(ast.walk(tree))
        self.bound = {node.arg for node in nodes if isinstance(node, ast.arg)}
        self.bound |= {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        roots = {name.partition(".")[0] for name in self.allowed.names} | {REFERENCES}
        self.problems += [f"{name} is not to mean something else" for name in sorted(self.bound & roots)]
        for node in nodes:
            if not isinstance(node, _NODES):
                self.problems.append(f"{type(node).__name__} is not part of any expression of ours")
            elif isinstance(node, ast.comprehension) and not isinstance(node.target, ast.Name):
                self.problems.append("a comprehension binds a name")
        if not self.problems:
            self.problems += check_paths(tree, folder=folder)
            self._value(tree)
        return self.problems

    def _value(self, node: ast.AST) -> None:
        """Look at whatever is evaluated, and at what is in it."""
        if isinstance(node, ast.Name | ast.Attribute):
            self._name(node)
        elif isinstance(node, ast.Subscript):
            self._subscript(node)
        elif isinstance(node, ast.Constant):
            if not isinstance(node.value, str | int | float | None):
                self.problems.append(f"{node.value!r} is no text, number or truth")
        else:
            if isinstance(node, ast.Call):
                self._call(node)
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and not _counts(node.left):
                self.problems.append("% is the remainder of a number or of len(), and formats no text")
            for child in ast.iter_child_nodes(node):
                if not (isinstance(node, ast.Call) and child is node.func and dotted(child) in self.allowed.names):
                    self._value(child)

    def _call(self, node: ast.Call) -> None:
        """Look at who is called, and at what would take a text apart: of `a/` there is a `/`, and of `.a` a dot."""
        if not self._callable(node.func):
            self.problems.append("calls what is neither a name nor a method")
        name = dotted(node.func)
        if any(isinstance(argument, ast.Starred) for argument in node.args):
            self.problems.append("a call gets its arguments one by one")
        if name in ("min", "max") and len(node.args) < 2:
            self.problems.append(f"{name} is of two values or more, not of what is in one")
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        inside = {inner.id for its in given for inner in ast.walk(its) if isinstance(inner, ast.Name)}
        if name.partition(".")[0] in ("common", "scripts") and inside & self.bound:
            self.problems.append("a function of this bundle's gets nothing from a list or a call that is going on")

    def _name(self, node: ast.Name | ast.Attribute) -> None:
        if (name := dotted(node)) and name.partition(".")[0] not in self.bound:
            if name not in self.allowed.names:
                self.problems.append(f"{name} is not on the list of what expressions may name")
            elif name not in self.allowed.values:
                self.problems.append(f"{name} is called, and not handed on")
        elif isinstance(node, ast.Attribute):
            if node.attr not in self.allowed.attributes:
                self.problems.append(f".{node.attr} is not on the list of attributes")
            self._value(node.value)

    def _subscript(self, node: ast.Subscript) -> None:
        if not (isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)):
            self.problems.append("only a text stands in brackets")
        elif not is_reference(node):
            self._value(node.value)
        elif "imports" in node.slice.value.split("::"):
            self.problems.append("@imports would hand a module on")

    def _callable(self, function: ast.expr) -> bool:
        """Return whether a call is of a name, a method or a reference; the name itself is looked at elsewhere."""
        if isinstance(function, ast.Name):
            return function.id not in self.bound
        return isinstance(function, ast.Attribute) or is_reference(function)


def _counts(node: ast.expr) -> bool:
    """Return whether a value is a number for sure."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int | float)
    return isinstance(node, ast.Call) and dotted(node.func) == "len"
