import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.datasets.own.classes import Rules, check_stated, class_names, rare, spelt_once
from common.errors import DatasetError


@given(st.lists(st.sampled_from(["", "Benign", "benign", "BENIGN ", "cyst", "fat  lump", "fat lump"])))
def test_merged_spellings_are_one_and_nothing_else_is(values):
    merged = spelt_once(values, Rules(merge_case=True))
    bare = {value: " ".join(value.split()).lower() for value in values}
    assert [bool(label) for label in merged] == [bool(value) for value in values]
    for one, label in zip(values, merged, strict=True):
        for other, its in zip(values, merged, strict=True):
            assert (label == its) == (bare[one] == bare[other])


def test_spellings_are_refused_by_name_unless_one_is_stated():
    values = ["Benign", "benign", "benign", "malignant"]
    with pytest.raises(
        DatasetError, match=r"'benign' \(2 times\) and 'Benign' \(1 times\) differ in case or blanks: give --merge-case"
    ):
        spelt_once(values, Rules())
    assert spelt_once(values, Rules(merge_case=True)) == ["benign"] * 3 + ["malignant"]
    assert spelt_once(values, Rules(classes=("BENIGN", "x"))) == ["BENIGN"] * 3 + ["malignant"]


@pytest.mark.parametrize(
    ("found", "rules", "names"),
    [
        ({"b", "a", ""}, Rules(), ("a", "b")),
        ({"b", "a"}, Rules(positive="a"), ("b", "a")),
        ({"10", "9", "4a", "2.5"}, Rules(), ("2.5", "9", "10", "4a")),
        ({"low", "high", "middle"}, Rules(classes=("low", "middle", "high"), ordered=True), ("low", "middle", "high")),
        ({"2", "10"}, Rules(ordered=True), ("2", "10")),
    ],
)
def test_classes_are_in_order(found, rules, names):
    assert class_names(found, rules) == names


@pytest.mark.parametrize(
    ("found", "rules", "message"),
    [
        ({"a"}, Rules(), "takes two classes or more; there is 'a'"),
        (set(), Rules(), "there is none"),
        ({"a", "b", "c"}, Rules(positive="a"), "--positive is for two classes; there are 3"),
        ({"low", "high"}, Rules(ordered=True), "--ordered needs the order, from low to high: --classes high,low"),
    ],
)
def test_what_is_no_set_of_classes_is_refused(found, rules, message):
    with pytest.raises(DatasetError, match=message):
        class_names(found, rules)


def test_a_stated_class_that_no_image_has_is_told_the_nearest():
    with pytest.raises(
        DatasetError, match=r"no image has the class 'malign': did you mean 'malignant'\? Labels are 'benign', 'malig"
    ):
        check_stated({"benign", "malignant"}, Rules(classes=("benign", "malign")))
    with pytest.raises(DatasetError, match="no image has the class 'x'"):
        check_stated({"a"}, Rules(positive="x"))
    check_stated({"a", "b", "c"}, Rules(classes=("a", "b"), positive="b"))


def test_forty_classes_of_which_38_have_one_image():
    patients = {f"class {n:02d}": {"p"} for n in range(38)} | {name: set("abcde") for name in ("x", "y")}
    with pytest.raises(
        DatasetError, match=r"needs 5 patients .*; 38 of 40 have fewer: 'class 00' 1, .*, \.\.\.: .* with --minimum 5"
    ):
        rare(patients, Rules())
    assert len(rare(patients, Rules(minimum=5))) == 38
    assert rare(patients, Rules(minimum=1)) == []


def test_names_that_look_alike_are_one_class():
    one, other = (unicodedata.normalize(form, "gut\u00e4rtig") for form in ("NFC", "NFD"))
    assert spelt_once([one, other, other], Rules()) == [one] * 3
    assert spelt_once([other], Rules()) == [one]
    assert spelt_once([one, other], Rules(classes=(other,))) == [other] * 2
