"""Where a bundle reads and writes: inside its folder, or where the user's command says.

No piece of text in a bundle is an absolute path or has a part `.` or `..`, and pieces only grow to the right; so no
path that is put together from them leads out. `bundle_root`, which is `.`, only ever stands at the left of a sum. What
is added is a text of the expression's own, or one of `PIECES`, and texts are never taken apart or computed
(`expressions.py`): of `a/` that would make a `/`.
"""

import ast
import re

from .syntax import dotted, is_reference, referred

PIECES = ("backbone", "fold", "seed")
"""Keys of the head that a path may have in it."""

_ABSOLUTE = re.compile(r"[/\\~]|[A-Za-z]:[/\\]")


def is_folder(key: str) -> bool:
    """Return whether a key, an argument or the last part of an id holds the path of a folder."""
    return key.endswith("_dir") or key in ("bundle_root", "folder")


def refers_to_folder(id_: str) -> bool:
    """Return whether a reference is to the path of a folder."""
    return is_folder(id_.rpartition("::")[2])


def text_problem(text: str) -> str:
    """Return why a text may not stand in a bundle, where it could become a path; empty if it may."""
    if _ABSOLUTE.match(text):
        return f"a path in a bundle begins in its folder; got {text[:80]!a}"
    return _upwards(text)


def piece_problem(text: str) -> str:
    """Return why a text may not be a folder, or a part of a path; `ftp://` is one to fsspec. Empty if it may."""
    return text_problem(text) or climbs(text)


def climbs(text: str) -> str:
    """Return why a text may not be added to a path; empty if it may."""
    if ":" in text:
        return f"a path in a bundle has no colon; got {text[:80]!a}"
    return _upwards(text)


def _upwards(text: str) -> str:
    upwards = any(part in (".", "..") for part in re.split(r"[/\\]", text))
    return f"a path in a bundle does not climb out of its folder; got {text[:80]!a}" if upwards else ""


def check_paths(tree: ast.expr, *, folder: bool) -> list[str]:
    """Return where an expression makes a path that may lead out of the bundle, a line each.

    Args:
        tree: The expression.
        folder: Whether its value is the path of a folder.
    """
    if folder and not (_is_path(tree) or _is_root(tree)):
        return ["a folder is a reference to one, and what is added to it"]
    return _visit(tree, folder=folder)


def _visit(node: ast.AST, *, folder: bool) -> list[str]:
    """Return what is wrong below a node, which itself may or may not be a folder's path."""
    if is_reference(node):
        wrong = refers_to_folder(referred(node)) and not folder
        return [f"@{referred(node)} is a folder, which goes to a function of this bundle's or to a folder"] * wrong
    if isinstance(node, ast.Constant):
        problem = text_problem(node.value) if isinstance(node.value, str) else ""
        return [problem] if problem else []
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _visit_sum(node, folder=folder)
    if isinstance(node, ast.Call):
        return _visit_call(node)
    return [problem for child in ast.iter_child_nodes(node) for problem in _visit(child, folder=False)]


def _visit_sum(node: ast.expr, *, folder: bool) -> list[str]:
    first, rest = _terms(node)
    problems = _visit(first, folder=folder)
    if not (folder and refers_to_folder(referred(first))):
        return problems + [problem for term in rest for problem in _visit(term, folder=False)]
    if not (isinstance(rest[0], ast.Constant) and str(rest[0].value).startswith("/")):
        problems.append("what is added to a folder begins with /, or it is beside it")
    for term in rest:
        if isinstance(term, ast.Constant) and isinstance(term.value, str):
            problem = climbs(term.value)
            problems += [problem] if problem else []
        elif _piece(term) not in PIECES:
            problems.append(f"a path grows by texts, and by @ or str(@) of {', '.join(PIECES)}")
    return problems


def _terms(node: ast.expr) -> tuple[ast.expr, list[ast.expr]]:
    """Return the first term of `a + b + c`, and the others."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        first, rest = _terms(node.left)
        return first, [*rest, node.right]
    return node, []


def _visit_call(node: ast.Call) -> list[str]:
    ours = dotted(node.func).partition(".")[0] in ("common", "scripts")
    problems = _visit(node.func, folder=False)
    for argument in node.args:
        problems += _visit(argument, folder=ours)
    for keyword in node.keywords:
        if keyword.arg and is_folder(keyword.arg) and not _is_path(keyword.value):
            problems.append(f"{keyword.arg} is a reference to a folder, and what is added to it")
        problems += _visit(keyword.value, folder=ours)
    return problems


def _is_path(node: ast.expr) -> bool:
    return refers_to_folder(referred(_terms(node)[0]))


def _is_root(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] == "bundle_root"


def _piece(node: ast.expr) -> str:
    """Return the id of `@id` and of `str(@id)`."""
    text = isinstance(node, ast.Call) and dotted(node.func) == "str" and len(node.args) == 1 and not node.keywords
    return referred(node.args[0] if text and isinstance(node, ast.Call) else node)
