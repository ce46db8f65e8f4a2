"""What the audit found in the data that the result stands on."""

from collections import Counter
from collections.abc import Mapping
from html import escape
from typing import Any

from ...html import table
from .parts import note

SHOWN = 3
"""Findings of a kind that the page spells out; all are in `audit.json`."""


def audit_section(audit: Mapping[str, Any] | None, card: Mapping[str, Any], dataset_dir: str) -> str:
    """Return the findings of `audit.json`, or how to make it."""
    again = f"python scripts/audit.py {dataset_dir}"
    if audit is None:
        return note("The data were not audited. To find duplicates, leaks and damaged files among them:") + _code(again)
    if audit["index_sha256"] != card["dataset"]["index_sha256"]:
        return note("The audit beside the data is of another state of them. To audit them again:") + _code(again)
    verdict = "A result on these data would be wrong." if audit["spoiled"] else "Nothing here spoils a result."
    kinds = {kind: found for kind, found in audit["findings"].items() if found}
    clean = [kind for kind, found in audit["findings"].items() if not found]
    rows = [_row(kind, found) for kind, found in kinds.items()]
    listed = table(("finding", "number", "verdict", "examples"), rows) if rows else ""
    absent = note(f"Looked for and not found: {', '.join(clean)}.", "faint") if clean else ""
    return note(verdict, "spoils" if audit["spoiled"] else "") + listed + absent


def _row(kind: str, found: list[Mapping[str, Any]]) -> tuple[str, int, str, str]:
    verdicts = Counter(str(finding["verdict"]) for finding in found)
    told = ", ".join(f"{count:,} {verdict}" for verdict, count in verdicts.items())
    examples = "<br>".join(escape(str(finding["detail"])) for finding in found[:SHOWN])
    more = f"<br>and {len(found) - SHOWN:,} more" if len(found) > SHOWN else ""
    return escape(kind), len(found), escape(told), examples + more


def _code(command: str) -> str:
    return f"<pre>{escape(command)}</pre>"
