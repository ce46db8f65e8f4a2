"""JSON as the standard has it: one meaning, whoever reads it."""

import json
import math
import re
from collections import Counter
from pathlib import Path
from typing import Any, NoReturn

from ..errors import TrustError

DEEPEST = 64
"""Lists and objects within one another; our configurations have 8, a network exported by torch.export has 20."""

LONGEST = 200
"""Characters of a key; an id is made of up to `DEEPEST` of them."""

_TEXT = re.compile(r'"(?:\\.|[^"\\]|\\\Z)*(?:"|\Z)', re.DOTALL)
"""A text, or what begins as one and does not end: so each sign is looked at once."""


def read_document(path: Path) -> Any:
    """Return the content of a JSON file.

    Raises:
        TrustError: Not JSON, a key twice, a number that is none, or nested beyond `DEEPEST`.
    """
    try:
        return parse(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise TrustError("not JSON: no UTF-8") from error


def parse(text: str) -> Any:
    """Return what JSON says; see `read_document`."""
    depth = deepest = 0
    for sign in re.findall(r"[\[{\]}]", _TEXT.sub("", text)):
        depth += 1 if sign in "[{" else -1
        deepest = max(deepest, depth)
    if deepest > DEEPEST:
        raise TrustError(f"lists and objects lie within one another at most {DEEPEST} deep; got {deepest}")
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number, parse_float=_finite)
    except ValueError as error:
        raise TrustError(f"not JSON: {error}") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    counts = Counter(key for key, _ in pairs)
    for key, count in counts.most_common(1):
        if count > 1:
            raise TrustError(f"a key stands once, or readers disagree on what it says; {key[:80]!r} stands twice")
    if (longest := max(map(len, counts), default=0)) > LONGEST:
        raise TrustError(f"a key has at most {LONGEST} characters; got {longest}")
    return dict(pairs)


def _no_number(text: str) -> NoReturn:
    raise TrustError(f"JSON has no {text}")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise TrustError(f"a number is finite; got {text}")
    return value
