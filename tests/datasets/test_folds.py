import random
import time
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.datasets.folds import (
    FOLDS,
    VALIDATION_SHARE,
    WHOLE,
    assign_folds,
    deal,
    folds_of,
    linked,
    partition,
    parts_of,
    shared,
    strata,
)
from common.errors import LabelError, SplitError

from ..conftest import ROOT

IMAGES = st.lists(
    st.fixed_dictionaries(
        {
            "label": st.sampled_from(("benign", "malignant", "normal")),
            "patient": st.sampled_from(("", *map(str, range(12)))),
            "study": st.sampled_from(("", "", "", *map(str, range(20)))),
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
def test_patients_studies_and_duplicate_groups_stay_in_one_part(images, make_row):
    table = folded([make_row(number, **image) for number, image in enumerate(images)])
    for fold in folds_of(table):
        parts = parts_of(table, fold)
        for column in WHOLE:
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


BUSBRA = ROOT.parent / "shared" / "data" / "busbra"

FINDINGS = st.lists(
    st.fixed_dictionaries(
        {
            "patient": st.sampled_from(("", *map(str, range(15)))),
            "study": st.sampled_from(("", *map(str, range(25)))),
            "label:rare": st.sampled_from(("1", "0", "0", "0", "0", "")),
            "label:common": st.sampled_from(("1", "0", "")),
        }
    ),
    max_size=60,
)


@given(images=FINDINGS)
def test_rows_of_findings_keep_patients_whole_too(images, make_row):
    table = folded([make_row(number, label="", **image) for number, image in enumerate(images)])
    for fold in folds_of(table):
        parts = parts_of(table, fold)
        assert not any(any(shared(table, parts, column=column).values()) for column in WHOLE)


@given(sizes=st.lists(st.integers(1, 5), min_size=5, max_size=30), seed=st.integers(0, 99))
def test_positives_of_each_finding_spread_to_within_one_patient(sizes, seed, make_findings):
    generator = random.Random(seed)
    kinds = [generator.choice("ab-?") for _ in sizes]
    images = [
        (patient, kind) for patient, (size, kind) in enumerate(zip(sizes, kinds, strict=True)) for _ in range(size)
    ]
    states = {"a": ("1", "0"), "b": ("0", "1"), "-": ("0", "0"), "?": ("", "")}
    table = [
        make_findings(n, dict(zip(("first", "second"), states[kind], strict=True)), patient=patient)
        for n, (patient, kind) in enumerate(images)
    ]
    dealt = deal(table, FOLDS)
    for kind in set(kinds):
        held = Counter(part for part, (_, its) in zip(dealt, images, strict=True) if its == kind)
        largest = max(size for size, its in zip(sizes, kinds, strict=True) if its == kind)
        assert max(held[p] for p in range(FOLDS)) - min(held[p] for p in range(FOLDS)) <= largest


def test_a_finding_counts_where_it_is_present_and_nowhere_if_unknown(make_findings):
    assert strata(make_findings(0, {"a": "1", "b": "1", "c": "0"})) == ["label:a", "label:b"]
    assert strata(make_findings(0, {"a": "0", "b": "", "c": "0"})) == ["0"]
    assert strata(make_findings(0, {"a": "", "b": ""})) == [""]


@pytest.fixture
def rare(make_findings):
    """50 patients with four images; patients 0 to 4 have a rare finding, every third a common one."""
    table = [
        make_findings(
            4 * patient + n, {"rare": str(int(patient < 5)), "common": str(int(patient % 3 == 0))}, patient=patient
        )
        for patient in range(50)
        for n in range(4)
    ]
    return folded(table)


def test_a_finding_of_five_patients_can_be_validated_and_tested_in_every_fold(rare):
    for fold in range(FOLDS):
        parts = partition(rare, fold)
        held = {part: set() for part in ("train", "valid", "test")}
        for row, part in zip(rare, parts, strict=True):
            held[part] |= {row["patient"]} if row["label:rare"] == "1" else set()
        assert {part: len(its) for part, its in held.items()} == {"train": 3, "valid": 1, "test": 1}


def test_validation_grows_only_by_what_it_lacks(make_row):
    """Three patients of a class among 63: a share of an eighth has none of them in most folds."""
    table = folded([make_row(n, patient=n, label="rare" if n < 3 else "usual") for n in range(63)])
    usable = [fold for fold in range(FOLDS) if any(r["fold"] == str(fold) and r["label"] == "rare" for r in table)]
    assert len(usable) == 3
    for fold in usable:
        parts = partition(table, fold)
        assert Counter(part for row, part in zip(table, parts, strict=True) if row["label"] == "rare").total() == 3
        assert parts.count("valid") in (6, 7, 8)


@pytest.mark.parametrize(
    ("state", "lacking"), [("0", "known positive"), ("1", "known negative"), ("", "known positive")]
)
def test_a_part_without_a_known_state_of_a_finding_is_refused(make_findings, state, lacking):
    table = [
        make_findings(
            n, {"a": state if n % 5 == 0 else "10"[n % 2], "b": "10"[n % 2]}, split="test" if n % 5 == 0 else "train"
        )
        for n in range(80)
    ]
    with pytest.raises(
        SplitError, match=f"fold official: its test part has no {lacking} of 'a' among 16 images: choose"
    ):
        partition(table, "official")


def test_a_finding_that_is_neither_present_absent_nor_empty_is_refused(make_findings):
    table = folded([make_findings(n, {"a": "yes" if n == 7 else "10"[n % 2]}) for n in range(80)])
    with pytest.raises(LabelError, match=r"a finding is 1, 0 or, not known, empty; 0007.png has 'yes'"):
        partition(table, 0)


def test_a_finding_that_every_image_has_is_refused(make_findings):
    table = folded([make_findings(n, {"a": "1", "b": "10"[n % 2]}, patient=n) for n in range(80)])
    with pytest.raises(SplitError, match="fold 0: its train part has no known negative of 'a'"):
        partition(table, 0)


@pytest.mark.skipif(not BUSBRA.exists(), reason=f"BUS-BRA is not at {BUSBRA}")
def test_the_folds_of_busbra_are_pinned():
    from common.datasets.busbra import PUBLISHED
    from common.files import sha256

    table = folded([{**row, "group": ""} for row in PUBLISHED.list_images(BUSBRA)[1]])
    assert Counter(partition(table, 0)) == {"train": 1311, "valid": 188, "test": 376}
    text = "".join(f"{row['image']}{row['fold']}" for row in sorted(table, key=lambda row: row["image"]))
    assert sha256(text.encode()) == "d2d8539436b3381e8ac38de7551249681a72a324101475d2a52d2366e8e21832"


def test_20_000_rows_are_dealt_in_seconds(make_findings):
    generator = random.Random(0)
    names = [f"finding {k}" for k in range(8)]
    table = [
        make_findings(n, {name: generator.choice("0001") for name in names}, patient=n // 4) for n in range(20_000)
    ]
    start = time.process_time()
    partition(folded(table), 0)
    assert time.process_time() - start < 5
