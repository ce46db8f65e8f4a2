"""What was learnt of shortcuts, as a table and as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...statistics.interval import Interval

WARNS_FROM = 0.55
"""Lower bound of an AUC from which a suspect is called a possible shortcut."""


@dataclass(frozen=True)
class Answer:
    """What one suspect knows, of the class or finding that it knows best.

    Args:
        suspect: Its name.
        meaning: What is looked at.
        class_name: The class or finding, against the rest; empty if the suspect is silent.
        auc: Cross-validated, with its joint interval, n images; None if the suspect is silent.
        images: Where a picture can show it, three images that look like the class by this alone, and three unlike it.
        silent: Why it knows nothing; empty if it was asked.
    """

    suspect: str
    meaning: str
    class_name: str = ""
    auc: Interval | None = None
    images: tuple[str, ...] = ()
    silent: str = ""

    @property
    def warns(self) -> bool:
        """Whether this may be a shortcut."""
        return self.auc is not None and self.auc.low > WARNS_FROM

    @property
    def told(self) -> str:
        """The AUC and whose it is, or why there is none."""
        return f"AUC of {self.class_name} {self.auc}" if self.auc else self.silent

    def as_json(self) -> dict[str, Any]:
        """Return one entry of `shortcuts` in `audit.json`."""
        facts = {"suspect": self.suspect, "meaning": self.meaning, "silent": self.silent, "class": self.class_name}
        return {**facts, "auc": self.auc.as_dict() if self.auc else None, "possible_shortcut": self.warns}


@dataclass(frozen=True)
class Shortcuts:
    """The answers of all suspects, and whom they were asked of."""

    about: str
    answers: Sequence[Answer] = ()

    def as_json(self) -> dict[str, Any]:
        """Return `shortcuts` of `audit.json`."""
        return {"about": self.about, "answers": [answer.as_json() for answer in self.answers]}

    def as_lines(self) -> list[str]:
        """Return the lines of the report for a terminal."""
        marks = {True: "  POSSIBLE SHORTCUT", False: ""}
        told = [f"    {answer.suspect:20}{answer.told}{marks[answer.warns]}" for answer in self.answers]
        return [f"what should not know the label, asked of {self.about}", *told]
