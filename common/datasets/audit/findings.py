"""Findings of an audit: their kinds, the verdict on each, and their form as a table and as JSON."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ..prepared import PreparedDataset
from .answers import Shortcuts

SPOILS, HANDLED, NOTE = "spoils", "handled", "note"
"""Verdicts: a result on this data would be wrong; the preparation keeps it from doing harm; worth knowing."""

KINDS = {
    "missing file": "an image or mask of the index that is not on disk",
    "unreadable image": "a file that is damaged, truncated, or no image",
    "changed image": "pixels that differ from those at preparation",
    "blank image": "nothing to see: all pixels nearly equal",
    "exact duplicates": "the same pixels under several names",
    "near duplicates": "the same exposure saved again: other gain, size, compression, marks or crop",
    "conflicting labels": "one picture under several classes",
    "unreadable mask": "a mask that is damaged, truncated, or no image",
    "mask of another size": "a mask whose height or width is not its image's",
    "empty mask": "a mask without a lesion, of an image that is not normal",
    "mask of another image": "masks that are equal to the pixel, of images of different patients",
    "patients across parts": "patients whom a split both trains on and scores",
    "studies across parts": "studies that a split both trains on and scores",
    "duplicates across parts": "pictures that a split both trains on and scores",
    "burned-in text": "letters in the picture, which may name the patient or give the label away",
    "possible shortcuts": "what should not know the label, but tells it",
}
"""Every check, in the order of the report, and what it looks for."""

LISTED = 3
"""Findings of a kind that the terminal spells out; all are in `audit.json`."""


@dataclass(frozen=True)
class Finding:
    """One fault: what kind, what exactly, and the files that show it (below the root)."""

    kind: str
    verdict: str
    detail: str
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Findings:
    """All that an audit found in a prepared data set."""

    data: PreparedDataset
    found: Sequence[Finding]
    classes: Mapping[str, Mapping[str, int]]
    """Of each class or finding the kept `images` and the `patients`."""
    folds: Mapping[str, Mapping[str, Mapping[str, int]]]
    """Of each fold, part, and class or finding the images."""
    shortcuts: Shortcuts

    @property
    def spoiled(self) -> bool:
        """Whether a result on this data would be wrong."""
        return any(finding.verdict == SPOILS for finding in self.found)

    def of_kind(self, kind: str) -> list[Finding]:
        """Return the findings of one kind."""
        return [finding for finding in self.found if finding.kind == kind]

    def as_json(self) -> dict[str, Any]:
        """Return `audit.json`."""
        return {
            "dataset": self.data.title,
            "synthetic": self.data.synthetic,
            "index_sha256": self.data.index_sha256,
            "spoiled": self.spoiled,
            "findings": {kind: [asdict(finding) for finding in self.of_kind(kind)] for kind in KINDS},
            "shortcuts": self.shortcuts.as_json(),
            "classes": self.classes,
            "folds": self.folds,
        }

    def as_table(self) -> str:
        """Return the report for a terminal."""
        head = f"{self.data.title}{' (SYNTHETIC)' if self.data.synthetic else ''}, {len(self.data.rows):,} images\n"
        lines = [line for kind in KINDS for line in _lines(kind, self.of_kind(kind))]
        balance = [
            f"{name:24}{n['images']:>7,} images of {n['patients'] or 'unknown'} patients"
            for name, n in self.classes.items()
        ]
        folds = [f"fold {fold:19}{_sizes(parts)}" for fold, parts in self.folds.items()]
        return "\n".join([head, *lines, "", *self.shortcuts.as_lines(), "", *balance, "", *folds])


def _lines(kind: str, found: Sequence[Finding]) -> list[str]:
    verdicts = Counter(finding.verdict for finding in found)
    told = ", ".join(f"{number:,} {verdict}" for verdict, number in verdicts.items())
    more = len(found) - LISTED
    return [
        f"{kind:24}{len(found):>7,} {told}".rstrip(),
        *(f"    {finding.detail}" for finding in found[:LISTED]),
        *([f"    and {more:,} more in audit.json"] if more > 0 else []),
    ]


def _sizes(parts: Mapping[str, Mapping[str, int]]) -> str:
    return "; ".join(
        f"{part} " + ", ".join(f"{n:,} {name}" for name, n in sizes.items()) for part, sizes in parts.items()
    )
