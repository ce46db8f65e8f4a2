"""Pieces of HTML that the sections of the report share."""

from collections.abc import Mapping
from html import escape
from typing import Any


def note(text: str, kind: str = "", *, tag: str = "p") -> str:
    """Return plain text as a paragraph, or another element, of a CSS class."""
    return f'<{tag} class="{kind}">{escape(text)}</{tag}>' if kind else f"<{tag}>{escape(text)}</{tag}>"


def section(title: str, content: str) -> str:
    """Return a section with its heading, which a link can point to."""
    return f'<section id="{anchor(title)}"><h2>{escape(title)}</h2>{content}</section>'


def anchor(title: str) -> str:
    """Return what a link to a section says."""
    return title.lower().replace(" ", "-")


def facts(pairs: Mapping[str, Any], caption: str = "") -> str:
    """Return a table of names and values, plain text both; what has no value is left out."""
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(plain(value))}</td></tr>'
        for name, value in pairs.items()
        if value not in (None, "", [], {})
    )
    head = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f'<div class="scroll"><table class="facts">{head}<tbody>{rows}</tbody></table></div>' if rows else ""


def plain(value: Any) -> str:
    """Return a value of a JSON file as people write it."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {plain(item)}" for name, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(plain, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def words(name: str) -> str:
    """Return the name of a key as words."""
    return NAMES.get(name, name.replace("_", " "))


NAMES = {
    "auc": "AUC",
    "auc_mean": "AUC, pooled by the mean",
    "auc_max": "AUC, pooled by the maximum",
    "macro_auc": "macro AUC",
    "macro_f1": "macro F1",
    "top1": "top-1",
    "top5": "top-5",
    "youden": "Youden's threshold",
    "sensitivity_95": "threshold for 95 % sensitivity",
    "dice": "Dice",
    "iou": "IoU",
    "hausdorff_95": "95 % Hausdorff distance, pixels",
    "hausdorff_95_mm": "95 % Hausdorff distance, mm",
    "found": "found (IoU from 0.5)",
    "false_positives": "share with any pixel predicted",
    "predicted_area": "share of the pixels predicted",
    "brier": "Brier score",
    "brier_calibrated": "Brier score, calibrated",
    "expected_calibration_error": "expected calibration error",
    "expected_calibration_error_calibrated": "expected calibration error, calibrated",
}
"""Names of scores that are more than their key's words."""
