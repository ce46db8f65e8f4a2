"""The table of export formats, for a bundle's page."""

from collections.abc import Mapping
from typing import Any

from .measure import BATCHES


def format_table(measured: Mapping[str, Any]) -> str:
    """Return the table in Markdown, and what it was measured on."""
    heads = ["format", "largest difference of a logit", *(f"images/s, batch {batch}" for batch in BATCHES), "MB"]
    heads.append(f"change of {measured['score']} [95 % interval], n")
    lines = [_line(heads), "|---" * len(heads) + "|", *(_line(_cells(row)) for row in measured["rows"])]
    rows, columns = measured["image_size"]
    told = (
        f"At {rows} x {columns}, on {measured['machine']}. Differences and changes are from PyTorch fp32, on the test "
        f"part; INT8 is calibrated on {measured['calibration_images']} training images, and kept only if the interval "
        f"lies within {measured['margin']}."
    )
    dropped = [row["name"] for row in measured["rows"] if not row["kept"]]
    return "\n".join([*lines, "", told + f" Not kept: {', '.join(dropped)}." * bool(dropped)])


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(row: Mapping[str, Any]) -> list[str]:
    rates = [f"{row['images_per_second'][str(batch)]:.1f}" for batch in BATCHES]
    return [row["name"], f"{row['max_difference']:.1e}", *rates, f"{row['bytes'] / 1e6:.1f}", _change(row["change"])]


def _change(change: Mapping[str, Any]) -> str:
    if change["low"] is None or change["low"] != change["low"]:
        return f"{change['value']:+.4f} (no image changed enough for an interval), {change['n']}"
    return f"{change['value']:+.4f} [{change['low']:+.4f}, {change['high']:+.4f}], {change['n']}"
