"""What a model scored, flat: name, value, interval, n."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..files import read_json

Score = dict[str, Any]

FIGURES = ("roc", "precision_recall", "reliability", "confusion", "dice", "recall", "learning_curves")
"""Plots of `eval/`, by name; never `errors` and `overlays`, which show patients' images."""


def scores_of(folder: Path, card: Mapping[str, Any]) -> dict[str, Score]:
    """Return a bundle's scores on the test part; none where `eval/` is of another run than the model, or of none.

    Args:
        folder: The bundle's `eval`.
        card: The model's.
    """
    metrics = read_json(folder / "metrics.json", default={})
    if not metrics or metrics.get("run_key") != card["run_key"]:
        return {}
    return dict(_flat(metrics["test"]))


def figures_of(folder: Path, card: Mapping[str, Any]) -> list[Path]:
    """Return the plots of the model's own run."""
    run = read_json(folder / "run.json", default={})
    if run.get("run_key") != card["run_key"]:
        return []
    return [path for name in FIGURES if (path := folder / f"{name}.png").is_file()]


def shown(score: Score) -> str:
    """Return a score as text: value, interval, n."""
    if score["value"] is None:
        return f"not defined, n = {score['n']}"
    if score["low"] is None:
        return f"{score['value']:.3f} [no interval], n = {score['n']}"
    return f"{score['value']:.3f} [{score['low']:.3f}, {score['high']:.3f}], n = {score['n']}"


def _flat(scores: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Score]]:
    for name, value in scores.items():
        if isinstance(value, dict) and {"value", "low", "high", "n"} <= set(value):
            yield f"{prefix}{name}", value
        elif isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name} ")
