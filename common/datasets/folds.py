"""Parts of a data set: five folds of our own and the publisher's splits; patients, studies, near duplicates stay whole.

A fold is a function of the rows alone: no seed, no order of files, no library's random numbers.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from ..errors import LabelError, SplitError
from ..files import sha256
from .index import FINDING, Row, findings, is_kept, key

PARTS = ("train", "valid", "test")

FOLDS = 5
"""Each fold tests a fifth, so that five runs test every image once."""

EVERY = "all"
"""The fold of a network, or a mean of several, that has seen every image; no data set has it."""

VALIDATION_SHARE = 8
"""One in eight of what is not tested validates: 0.8 / 8 = 10 %, which leaves 70 % to train and 20 % to test."""

WHOLE = ("patient", "study", "group")
"""Columns whose value is never in two parts: `patient`, `study`, and `group`, of near duplicates."""


def linked(count: int, pairs: Iterable[tuple[int, int]]) -> list[int]:
    """Return for each of `count` items the smallest item it is linked to, directly or through others (union-find)."""
    parent = list(range(count))

    def find(item: int) -> int:
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    for first, second in pairs:
        low, high = sorted((find(first), find(second)))
        parent[high] = low
    return [find(item) for item in range(count)]


def deal(rows: Sequence[Row], parts: int) -> list[int]:
    """Return the part, from 0, that each row is dealt to: patients, studies, duplicates whole, classes spread evenly.

    Largest groups first, equals by the hash of their images; each goes to the part that holds least of its strata
    (of equal parts, the first). With images `n` of stratum `c` in part `p`, and `g` in the group, out of `N` in all,
    that part has the smallest `sum_c n_pc * g_c / N_c^2`: adding the group to it leaves `sum_pc (n_pc / N_c)^2` least.
    """
    own = _each(strata, rows)
    total = Counter(stratum for its in own for stratum in its)
    held: list[Counter[str]] = [Counter() for _ in range(parts)]
    result = [0] * len(rows)
    for members in _groups(rows):
        group = Counter(stratum for member in members for stratum in own[member])
        load = [sum(part[its] * n / total[its] ** 2 for its, n in sorted(group.items())) for part in held]
        chosen = load.index(min(load))
        held[chosen].update(group)
        for member in members:
            result[member] = chosen
    return result


def _each(names: Callable[[Row], list[str]], rows: Sequence[Row]) -> list[tuple[str, ...]]:
    """Return the names that each row has; equal ones are one object, or a million rows would be a million lists."""
    seen: dict[tuple[str, ...], tuple[str, ...]] = {}
    return [seen.setdefault(its, its) for row in rows for its in [tuple(names(row))]]


def strata(row: Row) -> list[str]:
    """Return what a row counts for when images are dealt: its class, or each finding that it has.

    Rows without any finding are a stratum, those of which nothing is known another; a finding not known counts nowhere.
    """
    values = findings(row)
    if not values:
        return [row["label"]]
    return [f"{FINDING}{finding}" for finding, value in values.items() if value == "1"] or [max(values.values())]


def _groups(rows: Sequence[Row]) -> list[list[int]]:
    """Return the positions of rows that share one of `WHOLE`: largest group first, in an order of the rows alone."""
    first: dict[tuple[str, str], int] = {}
    names = ((kind, row[kind], position) for position, row in enumerate(rows) for kind in WHOLE)
    pairs = ((first.setdefault((kind, name), position), position) for kind, name, position in names if name)
    groups: dict[int, list[int]] = {}
    for position, group in enumerate(linked(len(rows), pairs)):
        groups.setdefault(group, []).append(position)

    def order(members: list[int]) -> tuple[int, str]:
        return -len(members), sha256(repr(sorted(key(rows[member]) for member in members)).encode())

    return sorted(groups.values(), key=order)


def assign_folds(rows: Sequence[Row]) -> list[str]:
    """Return the column `fold`: `0` to `4`, in which an image is tested; empty for an excluded one."""
    kept = [position for position, row in enumerate(rows) if is_kept(row)]
    result = [""] * len(rows)
    for position, fold in zip(kept, deal([rows[position] for position in kept], FOLDS), strict=True):
        result[position] = str(fold)
    return result


def folds_of(rows: Sequence[Row]) -> list[str]:
    """Return the values that `fold` can take here: ours (`0` ...), then the publisher's (`official_1` ...)."""
    kept = [row for row in rows if is_kept(row)]
    ours = sorted({row["fold"] for row in kept} - {""}, key=int)
    splits = [column for column in (rows[0] if rows else ()) if column == "split" or column.startswith("split_")]
    return ours + [column.replace("split", "official") for column in splits if any(row[column] for row in kept)]


def parts_of(rows: Sequence[Row], fold: str | int) -> list[str]:
    """Return the part of each row as `partition` does, without asking whether one can train on it.

    Raises:
        SplitError: There is no such fold.
    """
    given, (fold, share) = str(fold), tested_by(fold)
    if given == EVERY:
        raise SplitError(
            f"a model of fold {EVERY!r} has seen every image of its data, so there is none to test it on: score "
            "others' with inference.json"
        )
    if fold not in folds_of(rows):
        raise SplitError(f"fold {given!r} does not exist: this data set has {', '.join(folds_of(rows)) or 'none'}")
    if fold.startswith("official"):
        column = fold.replace("official", "split")
        parts = [row[column] if is_kept(row) else "" for row in rows]
    else:
        parts = [("test" if row["fold"] == fold else "train") if is_kept(row) else "" for row in rows]
    if "valid" in parts:
        if given != fold:
            raise SplitError(f"fold {given!r}: the publisher says what validates; give --fold {fold}")
        return parts
    return with_validation(rows, parts, share=share)


def tested_by(fold: str | int) -> tuple[str, int]:
    """Return which fold is tested, and which eighth of the rest validates, from 0: that of `2v3` is 3."""
    name, _, share = str(fold).partition("v")
    if share and not (share.isdecimal() and int(share) < VALIDATION_SHARE):
        raise SplitError(
            f"fold {fold!r}: what validates is v0 to v{VALIDATION_SHARE - 1}, an eighth of what is not tested"
        )
    return name, int(share or 0)


def with_validation(rows: Sequence[Row], parts: Sequence[str], *, share: int = 0) -> list[str]:
    """Return the parts with one of eight shares of the training part as validation, completed if need be."""
    train = [position for position, part in enumerate(parts) if part == "train"]
    own = [rows[position] for position in train]
    result = list(parts)
    chosen = _completed(own, [dealt == share for dealt in deal(own, VALIDATION_SHARE)])
    for position, validates in zip(train, chosen, strict=True):
        if validates:
            result[position] = "valid"
    return result


def _completed(rows: Sequence[Row], chosen: Sequence[bool]) -> list[bool]:
    """Return the rows to validate on: those chosen, and for each thing they lack the smallest group that has it.

    Of a finding that four patients have, a share of an eighth may have none, and then nothing could be validated. A
    group whose going would leave the training part without something stays there.
    """
    own, result = _each(needs, rows), list(chosen)
    everything = {need for its in own for need in its}
    held = Counter(need for its, is_chosen in zip(own, chosen, strict=True) if is_chosen for need in its)
    if len(held) == len(everything):
        return result
    left = Counter(need for its, is_chosen in zip(own, chosen, strict=True) if not is_chosen for need in its)
    for members in reversed(_groups(rows)):
        group = Counter(need for member in members for need in own[member])
        if not result[members[0]] and any(not held[need] for need in group) and all(left[n] > group[n] for n in group):
            held.update(group)
            left.subtract(group)
            for member in members:
                result[member] = True
    return result


KNOWN = {"1": "positive", "0": "negative"}
"""What the known values of a finding are called."""


def needs(row: Row) -> list[str]:
    """Return what a row gives to a part that cannot do without: its class, or which finding it has or has not.

    Raises:
        LabelError: A finding is neither `1`, `0` nor empty.
    """
    values = findings(row)
    if not values:
        return [repr(row["label"])]
    if strange := set(values.values()) - {*KNOWN, ""}:
        raise LabelError(f"a finding is 1, 0 or, not known, empty; {row['image']} has {min(strange)!r}: prepare it so")
    return [f"known {KNOWN[value]} of {finding!r}" for finding, value in values.items() if value]


def partition(rows: Sequence[Row], fold: str | int) -> list[str]:
    """Return the part of each row: `train`, `valid` or `test`; empty for a row that is in none.

    Args:
        rows: All rows of an index.
        fold: `0` to `4` (that fold is tested, a grouped, stratified eighth of the rest validates), `official` or
            `official_1` ... (the publisher's; a grouped eighth of its training part validates where it has no such
            part). `0v0` to `0v7` test fold 0 and validate on another eighth each. Excluded rows are in no part.

    Raises:
        SplitError: There is no such fold, a part is empty, or a part lacks a class, or, of a finding, an image that is
            known to have it or one that is known not to.
    """
    parts = parts_of(rows, fold)
    own = _each(needs, rows)
    everything = sorted({need for row, its in zip(rows, own, strict=True) if is_kept(row) for need in its})
    if rows and findings(rows[0]):  # a finding that no image has, or that all have, is lacking everywhere
        everything = [f"known {its} of {finding!r}" for finding in findings(rows[0]) for its in KNOWN.values()]
    for part in PARTS:
        members = [its for its, part_of_row in zip(own, parts, strict=True) if part_of_row == part]
        if not members:
            raise SplitError(f"fold {fold}: its {part} part is empty: choose another fold, or add patients")
        present = {need for its in members for need in its}
        absent = [need for need in everything if need not in present]
        if absent:
            lacking = f"its {part} part has no {absent[0]} among {len(members)} images"
            raise SplitError(f"fold {fold}: {lacking}: choose another, or add patients")
    return parts


def shared(rows: Sequence[Row], parts: Sequence[str], *, column: str = "patient") -> dict[str, list[str]]:
    """Return the patients (or values of another column) that stand in two parts, by pair: `train and test` ..."""
    found = {part: {row[column] for row, its in zip(rows, parts, strict=True) if its == part} - {""} for part in PARTS}
    pairs = (("train", "valid"), ("train", "test"), ("valid", "test"))
    return {f"{first} and {second}": sorted(found[first] & found[second]) for first, second in pairs}
