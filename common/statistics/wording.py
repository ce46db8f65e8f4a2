"""A verdict in words."""

from collections.abc import Mapping
from typing import Any

from .initialisations import ENOUGH_SEEDS


def sentence(facts: Mapping[str, Any], arms: tuple[str, str]) -> str:
    """Return the verdict in words, with difference, interval, margin, p and n.

    Args:
        facts: The fields of a `Verdict`.
        arms: What the first and the second initialisation are called.
    """
    first, second = arms
    small = ", by less than the margin" if facts["within_margin"] else ""
    found = {
        "better": f"{first} is better than {second}{small}",
        "worse": f"{first} is worse than {second}{small}",
        "equivalent": f"{first} and {second} are equivalent",
        "cannot tell": f"It cannot be told whether {first} or {second} is better",
        "no verdict": "No verdict",
    }[facts["decision"].value]
    why = f", since {facts['reason'].value}" if facts["reason"] else ""
    return f"{found}{why}: {_numbers(facts)}{_needed(facts)}{_about(facts)}."


def _numbers(facts: Mapping[str, Any]) -> str:
    p = "" if facts["reason"] else f"p = {facts['p']:.2g}, "
    if p and facts["p_holm"] > facts["p"]:
        p = f"p = {facts['p']:.2g}, {facts['p_holm']:.2g} with all comparisons (Holm), "
    return (
        f"AUC difference {facts['difference']:+.3f} [{facts['low']:+.3f}, {facts['high']:+.3f}], {p}"
        f"margin {facts['margin']:g}, n = {facts['images']} images of {facts['patients']} patients "
        f"({facts['positives']} positive), {_count(facts['seeds'], 'seed')}, {_count(facts['folds'], 'fold')}"
    )


def _needed(facts: Mapping[str, Any]) -> str:
    if facts["decision"].value != "cannot tell":
        return ""
    if facts["patients_needed"] is None:
        return "; no number of patients would tell with so few seeds: give more seeds"
    more = facts["patients_needed"] - facts["patients"]
    return f"; about {facts['patients_needed']} patients, {more} more, would likely tell"


def _about(facts: Mapping[str, Any]) -> str:
    if facts["initialisations"]:
        return ""
    return (
        f"; of these two trained models only, not of the initialisations, for which {ENOUGH_SEEDS} seeds are the fewest"
    )


def _count(number: int, name: str) -> str:
    return f"{number} {name}{'' if number == 1 else 's'}"
