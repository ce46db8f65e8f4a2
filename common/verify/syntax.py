"""Two shapes in a parsed expression: a reference, and a dotted name."""

import ast

REFERENCES = "__local_refs"
"""The variable that MONAI puts in the place of `@id` (`ReferenceResolver._vars`)."""


def is_reference(node: ast.AST) -> bool:
    """Return whether this is an `@id`, as MONAI rewrites it."""
    return isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == REFERENCES


def referred(node: ast.AST) -> str:
    """Return the id that a reference is to; empty for anything else."""
    if isinstance(node, ast.Subscript) and is_reference(node) and isinstance(node.slice, ast.Constant):
        return str(node.slice.value)
    return ""


def dotted(node: ast.AST) -> str:
    """Return `a.b.c` of a name with attributes; empty for the attribute of anything else."""
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return node.id if isinstance(node, ast.Name) else ""
