"""What a preparation tells its user."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from ..errors import SplitError
from .folds import folds_of, partition
from .index import is_kept
from .left_out import NAME as LEFT_OUT
from .prepared import PreparedDataset


def summary(data: PreparedDataset) -> str:
    """Return what a user wants to know after preparation: counts, folds, what is excluded, and what leaks."""
    counts: Mapping[str, Any] = data.description["counts"]
    patients = f"{counts['patients']:,} patients" if counts["patients"] else "unknown patients (scores are image-level)"
    classes = ", ".join(f"{counts[name]:,} {name if name[:1].isalpha() else repr(name)}" for name in data.class_names)
    mark = "SYNTHETIC, phantoms in the layout of " if data.synthetic else ""
    lines = [f"{mark}{data.title}: {counts['images']:,} images of {patients}{': ' if classes else ''}{classes}"]
    lines += [data.description["differs_from_publication"]] if data.description["differs_from_publication"] else []
    lines += data.description.get("notes", [])
    groups = counts["duplicate_groups"]
    lines += [f"{groups:,} groups of duplicates, each within one part of our folds" if groups else "no duplicates"]
    reasons = Counter(row["exclude"].partition(":")[0] for row in data.rows if not is_kept(row))
    lines += [f"excluded: {number:,} {reason}" for reason, number in sorted(reasons.items())]
    listed: Mapping[str, int] = data.description.get("left_out", {})
    lines += [f"in {LEFT_OUT}, {kind}: {number:,}" for kind, number in listed.items()]
    return "\n".join(lines + [_fold_line(data, fold) for fold in folds_of(data.rows)])


def _fold_line(data: PreparedDataset, fold: str) -> str:
    try:
        sizes = Counter(partition(data.rows, fold))
        line = f"fold {fold}: " + ", ".join(f"{sizes[part]:,} {part}" for part in ("train", "valid", "test"))
    except SplitError as error:
        return f"cannot be used: {error}"
    overlaps = [f"{n:,} patients in {pair}" for pair, n in data.description["shared_patients"][fold].items() if n]
    return f"{line} -- {', '.join(overlaps)}" if overlaps else line
