"""Parts of a data set: five folds of our own and the publisher's splits, with patients and near duplicates together.

A fold is a function of the rows alone: no seed, no order of files, no library's random numbers.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from ..errors import SplitError
from ..files import sha256
from .index import Row, is_kept, key

PARTS = ("train", "valid", "test")

FOLDS = 5
"""Each fold tests a fifth, so that five runs test every image once."""

VALIDATION_SHARE = 8
"""One in eight of what is not tested validates: 0.8 / 8 = 10 %, which leaves 70 % to train and 20 % to test."""


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
    """Return the part, from 0, that each row is dealt to: patients and duplicate groups whole, classes spread evenly.

    Largest groups first, equals by the hash of their images; each goes to the part that holds least of its classes
    (of equal parts, the first). With images `n` of class `c` in part `p`, and `g` in the group, out of `N` in all,
    that part has the smallest `sum_c n_pc * g_c / N_c^2`: adding the group to it leaves `sum_pc (n_pc / N_c)^2` least.
    """
    total = Counter(row["label"] for row in rows)
    held: list[Counter[str]] = [Counter() for _ in range(parts)]
    result = [0] * len(rows)
    for members in _groups(rows):
        group = Counter(rows[member]["label"] for member in members)
        load = [sum(part[label] * n / total[label] ** 2 for label, n in sorted(group.items())) for part in held]
        chosen = load.index(min(load))
        held[chosen].update(group)
        for member in members:
            result[member] = chosen
    return result


def _groups(rows: Sequence[Row]) -> list[list[int]]:
    """Return the positions of rows that share a patient or a duplicate group, in an order the rows alone decide."""
    first: dict[tuple[str, str], int] = {}
    names = [(kind, row[kind], position) for position, row in enumerate(rows) for kind in ("patient", "group")]
    pairs = [(first.setdefault((kind, name), position), position) for kind, name, position in names if name]
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
    fold = str(fold)
    if fold not in folds_of(rows):
        raise SplitError(f"fold {fold!r} does not exist: this data set has {', '.join(folds_of(rows)) or 'none'}")
    if fold.startswith("official"):
        column = fold.replace("official", "split")
        parts = [row[column] if is_kept(row) else "" for row in rows]
    else:
        parts = [("test" if row["fold"] == fold else "train") if is_kept(row) else "" for row in rows]
    return parts if "valid" in parts else _with_validation(rows, parts)


def _with_validation(rows: Sequence[Row], parts: Sequence[str]) -> list[str]:
    train = [position for position, part in enumerate(parts) if part == "train"]
    result = list(parts)
    for position, share in zip(train, deal([rows[position] for position in train], VALIDATION_SHARE), strict=True):
        if share == 0:
            result[position] = "valid"
    return result


def partition(rows: Sequence[Row], fold: str | int) -> list[str]:
    """Return the part of each row: `train`, `valid` or `test`; empty for a row that is in none.

    Args:
        rows: All rows of an index.
        fold: `0` to `4` (that fold is tested, a grouped, stratified eighth of the rest validates), `official` or
            `official_1` ... (the publisher's; a grouped eighth of its training part validates where it has no such
            part). Excluded rows are in no part.

    Raises:
        SplitError: There is no such fold, a part is empty, or a part lacks a class.
    """
    parts = parts_of(rows, fold)
    labels = sorted({row["label"] for row in rows if is_kept(row)})
    for part in PARTS:
        counts = Counter(row["label"] for row, its in zip(rows, parts, strict=True) if its == part)
        if not counts:
            raise SplitError(f"fold {fold}: its {part} part is empty: choose another fold, or add patients")
        absent = [label for label in labels if not counts[label]]
        if absent:
            lacking = f"its {part} part has no {absent[0]!r} among {counts.total()} images"
            raise SplitError(f"fold {fold}: {lacking}: choose another, or add patients")
    return parts


def shared(rows: Sequence[Row], parts: Sequence[str], *, column: str = "patient") -> dict[str, list[str]]:
    """Return the patients (or values of another column) that stand in two parts, by pair: `train and test` ..."""
    found = {part: {row[column] for row, its in zip(rows, parts, strict=True) if its == part} - {""} for part in PARTS}
    pairs = (("train", "valid"), ("train", "test"), ("valid", "test"))
    return {f"{first} and {second}": sorted(found[first] & found[second]) for first, second in pairs}
