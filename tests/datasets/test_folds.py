import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.datasets.folds import (
    FOLDS,
    VALIDATION_SHARE,
    assign_folds,
    deal,
    folds_of,
    linked,
    partition,
    parts_of,
    shared,
)
from common.errors import SplitError

IMAGES = st.lists(
    st.fixed_dictionaries(
        {
            "label": st.sampled_from(("benign", "malignant", "normal")),
            "patient": st.sampled_from(("", *map(str, range(12)))),
            "group": st.sampled_from(("", "", "", *map(str, range(4)))),
            "exclude": st.sampled_from(("", "", "", "unreadable")),
        }
    ),
    max_size=60,
)


@pytest.fixture
def rows(make_row):
    """60 patients with two images each, a third malignant, folded."""
    table = [
        make_row(2 * patient + view, patient=patient, label="malignant" if patient % 3 == 0 else "benign")
        for patient in range(60)
        for view in (0, 1)
    ]
    return folded(table)


def folded(rows):
    return [{**row, "fold": fold} for row, fold in zip(rows, assign_folds(rows), strict=True)]


@given(images=IMAGES)
def test_patients_and_duplicate_groups_stay_in_one_part(images, make_row):
    table = folded([make_row(number, **image) for number, image in enumerate(images)])
    for fold in folds_of(table):
        parts = parts_of(table, fold)
        for column in ("patient", "group"):
            assert not any(shared(table, parts, column=column).values())
        assert [part == "" for part in parts] == [bool(row["exclude"]) for row in table]


@given(images=IMAGES, seed=st.integers(0, 1000))
def test_folds_and_parts_do_not_depend_on_the_order_of_rows(images, seed, make_row):
    table = [make_row(number, **image) for number, image in enumerate(images)]
    mixed = random.Random(seed).sample(table, len(table))

    def outcome(rows):
        rows = folded(rows)
        parts = [parts_of(rows, fold) for fold in folds_of(rows)]
        return {row["image"]: (row["fold"], *its) for row, *its in zip(rows, *parts, strict=True)}

    assert outcome(table) == outcome(mixed)


@given(sizes=st.lists(st.tuples(st.integers(1, 6), st.booleans()), min_size=1, max_size=50), parts=st.integers(2, 8))
def test_classes_spread_to_within_one_patient(sizes, parts, make_row):
    images = [(patient, label) for patient, (size, label) in enumerate(sizes) for _ in range(size)]
    table = [make_row(n, patient=patient, label=label) for n, (patient, label) in enumerate(images)]
    dealt = deal(table, parts)
    for label in ("True", "False"):
        held = Counter(part for part, row in zip(dealt, table, strict=True) if row["label"] == label)
        largest = max((size for size, its in sizes if str(its) == label), default=0)
        assert max(held[p] for p in range(parts)) - min(held[p] for p in range(parts)) <= largest


def test_an_image_is_tested_in_exactly_one_fold(rows):
    tested = Counter(
        row["image"]
        for fold in range(FOLDS)
        for row, part in zip(rows, partition(rows, fold), strict=True)
        if part == "test"
    )
    assert tested == Counter(row["image"] for row in rows)


def test_shares_are_70_10_20(rows):
    for fold in range(FOLDS):
        sizes = Counter(partition(rows, fold))
        assert sizes["test"] == 120 // FOLDS
        assert abs(sizes["valid"] - 96 // VALIDATION_SHARE) <= 2
        assert sizes.total() == 120


def test_folds_are_pinned(rows):
    # Scores are compared across versions: a change here is a change of `prepared.VERSION`.
    assert "".join(row["fold"] for row in rows[::2]) == ("201344210410002014110122024132124321431413344333202230433004")


def test_links_are_transitive():
    assert linked(6, [(4, 3), (1, 3), (5, 2)]) == [0, 1, 2, 1, 1, 2]


def test_official_split_is_the_publishers(make_row):
    parts = ["train", "valid", "test", ""] * 6
    table = [make_row(n, label=("a", "b")[n // 4 % 2], split_2=part) for n, part in enumerate(parts)]
    assert partition(table, "official_2") == parts


def test_official_split_without_validation_gets_a_grouped_eighth_of_its_training_part(make_row):
    table = [
        make_row(n, label=("a", "b")[n // 2 % 2], patient=n // 2, split="test" if n >= 64 else "train")
        for n in range(80)
    ]
    parts = partition(table, "official")
    assert Counter(parts) == {"train": 56, "valid": 8, "test": 16}
    assert parts[64:] == ["test"] * 16
    assert not any(shared(table, parts).values())


def test_shared_patients_are_named_by_pair(make_row):
    table = [make_row(n, patient=patient) for n, patient in enumerate("aabbc")]
    assert shared(table, ["train", "valid", "train", "test", "test"]) == {
        "train and valid": ["a"],
        "train and test": ["b"],
        "valid and test": [],
    }


@pytest.mark.parametrize("fold", [5, -1, "official", "official_1", "split", ""])
def test_a_fold_that_does_not_exist_names_those_that_do(rows, fold):
    with pytest.raises(SplitError, match=r"does not exist: this data set has 0, 1, 2, 3, 4$"):
        partition(rows, fold)


def test_an_empty_index_has_no_folds():
    with pytest.raises(SplitError, match="fold '0' does not exist: this data set has none"):
        partition([], 0)


def test_an_empty_part_is_refused(make_row):
    table = [make_row(n, split="train") for n in range(20)]
    with pytest.raises(SplitError, match="fold official: its test part is empty"):
        partition(table, "official")


def test_a_part_without_a_class_is_refused(make_row):
    table = [make_row(n, label=("a", "b")[n % 2], split="test" if n in (2, 4) else "train") for n in range(40)]
    with pytest.raises(SplitError, match="fold official: its test part has no 'b' among 2 images"):
        partition(table, "official")
