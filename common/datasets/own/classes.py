"""Class names as people write them: one spelling each, in an order, with enough patients to be split."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ...errors import DatasetError
from ..folds import FOLDS
from ..names import folded


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What a user says about labels, on the command line."""

    classes: tuple[str, ...] = ()
    """Names in the order of the network's outputs; others are left out. Empty: those found, by alphabet or number."""
    ordered: bool = False
    """Whether that order is a scale."""
    positive: str = ""
    """Of two classes the one that is looked for; empty: the last."""
    merge_case: bool = False
    """Whether spellings that differ in case are one class."""
    minimum: int | None = None
    """Classes of fewer patients are left out; None: they are refused if five folds cannot hold them."""
    per_image: bool = False
    """Whether images of one patient may have different labels."""


def spelt_once(values: Sequence[str], rules: Rules) -> list[str]:
    """Return labels in one spelling each: that of `classes`, else the only one; with `merge_case` the most frequent.

    Raises:
        DatasetError: One class is spelt in two ways, and neither `classes` nor `merge_case` says which holds.
    """
    values = [unicodedata.normalize("NFC", value) for value in values]  # else two that look alike differ
    counts = Counter(value for value in values if value)
    spellings: dict[str, list[str]] = defaultdict(list)
    for value in sorted(counts, key=lambda value: (-counts[value], value)):
        spellings[folded(value)].append(value)
    stated = {folded(name): name for name in rules.classes}
    for bare, several in spellings.items():
        if len(several) > 1 and bare not in stated and not rules.merge_case:
            *others, last = (f"{value!r} ({counts[value]:,} times)" for value in several)
            told = f"{', '.join(others)} and {last}"
            raise DatasetError(f"a class has one name; {told} differ in case or blanks: give --merge-case")
    chosen = {bare: stated.get(bare, several[0].strip()) for bare, several in spellings.items()}
    return [chosen[folded(value)] if value else "" for value in values]


def check_stated(found: Collection[str], rules: Rules) -> None:
    """Refuse a name that the user states and no image has.

    Raises:
        DatasetError: There is one; the message names the nearest.
    """
    from difflib import get_close_matches

    for name in (*rules.classes, *filter(None, [rules.positive])):
        if name not in found:
            names = sorted(set(found) - {""}, key=_by_number)
            near = f"did you mean {get_close_matches(name, names, n=1, cutoff=0)[0]!r}? " if names else ""
            raise DatasetError(f"no image has the class {name!r}: {near}Labels are {_listed(names) or 'empty'}")


def class_names(found: Collection[str], rules: Rules) -> tuple[str, ...]:
    """Return the classes in the order of the network's outputs; of two, the positive one is last.

    Raises:
        DatasetError: Fewer than two, or an order is claimed that nothing states.
    """
    names = list(rules.classes) or sorted(set(found) - {""}, key=_by_number)
    if len(names) < 2:
        raise DatasetError(
            f"to learn takes two classes or more; there is {_listed(names) or 'none, no image has a label'}"
        )
    if rules.positive and len(names) > 2:
        raise DatasetError(f"--positive is for two classes; there are {len(names)}: leave it out")
    if rules.ordered and not rules.classes and not all(_is_number(name) for name in names):
        raise DatasetError(f"--ordered needs the order, from low to high: --classes {','.join(names)}")
    if rules.positive:
        names.sort(key=lambda name: name == rules.positive)
    return tuple(names)


def _is_number(name: str) -> bool:
    return name.replace(".", "", 1).isdecimal()


def _by_number(name: str) -> tuple[float, str]:
    return (float(name) if _is_number(name) else float("inf"), name)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 6} more" if len(names) > 6 else ""
    return ", ".join(map(repr, names[:6])) + more


def rare(patients: Mapping[str, set[str]], rules: Rules) -> list[str]:
    """Return the classes of fewer patients than `minimum`, to be left out.

    Args:
        patients: The patients of each class, or its images where patients are unknown.
        rules: What the user said.

    Raises:
        DatasetError: No minimum was given, and a class has too few to be in the test part of each of five folds.
    """
    least = FOLDS if rules.minimum is None else rules.minimum
    few = sorted(
        (name for name, its in patients.items() if len(its) < least), key=lambda name: (len(patients[name]), name)
    )
    if few and rules.minimum is None:
        named = ", ".join(f"{name!r} {len(patients[name])}" for name in few[:5]) + (", ..." if len(few) > 5 else "")
        way = f"add images, or leave these classes out with --minimum {FOLDS}"
        if len(few) == len(patients):
            way = "is this the column of the labels? Name it with --label"
        raise DatasetError(
            f"a class needs {FOLDS} patients (or images of unknown ones) to be in each of {FOLDS} folds; {len(few)} of "
            f"{len(patients)} have fewer: {named}: {way}"
        )
    return few
