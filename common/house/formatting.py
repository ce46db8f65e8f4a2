"""Configurations as text, in the one form that the house has: short lists and dicts on one line."""

import json
from typing import Any

WIDTH = 120
"""Columns, as in Python (pyproject.toml) and in the model zoo's checks."""

_INDENT = 4


def formatted(config: dict[str, Any]) -> str:
    """Return a configuration as text; the same again for what that text holds.

    A list or dict stands on one line where it fits with its key and comma, or holds a single plain value that a line
    of its own would not shorten; else with an entry a line. The configuration itself always has an entry a line.
    """
    return _in_lines(config, indent=0) + "\n"


def _in_lines(value: Any, *, indent: int) -> str:
    entries = [(f"{_line(key)}: ", item) for key, item in value.items()] if isinstance(value, dict) else None
    entries = [("", item) for item in value] if entries is None else entries
    inside = indent + _INDENT
    texts = [
        " " * inside + key + _text(item, indent=inside, taken=len(key) + (number < len(entries)))
        for number, (key, item) in enumerate(entries, start=1)
    ]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return "\n".join([opening, ",\n".join(texts), " " * indent + closing])


def _text(value: Any, *, indent: int, taken: int) -> str:
    """Return a value where its line begins after `indent` spaces and gives `taken` columns to its key and comma."""
    line = _line(value)
    if not isinstance(value, dict | list) or indent + taken + len(line) <= WIDTH or _is_single(value):
        return line
    return _in_lines(value, indent=indent)


def _is_single(value: dict[str, Any] | list[Any]) -> bool:
    items = list(value.values()) if isinstance(value, dict) else value
    return len(items) == 1 and not isinstance(items[0], dict | list)


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
