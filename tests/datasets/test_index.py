import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.datasets.index import COLUMNS, PREPARED_COLUMNS, findings, from_csv, in_order, is_kept, masks, to_csv
from common.errors import DatasetError

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)


@given(texts=st.lists(TEXT, min_size=1, max_size=8, unique=True), label=TEXT)
def test_rows_survive_as_text_in_key_order(texts, label, make_row):
    rows = [make_row(0, image=text, label=label) for text in texts]
    assert from_csv(to_csv(in_order(rows))) == sorted(rows, key=lambda row: row["image"])


def test_equal_rows_give_equal_text_in_any_order(make_row):
    rows = [make_row(n, device="D") for n in range(20)]
    assert list(to_csv(in_order(random.Random(0).sample(rows, 20)))) == list(to_csv(rows))


def test_columns_stand_in_the_fixed_order(make_row):
    row = {"device": "D", "split_10": "", "split_2": "", **make_row(0)}
    header = next(to_csv([row])).strip().split(",")
    assert header == [*COLUMNS, "split_2", "split_10", *PREPARED_COLUMNS, "device"]


def test_a_missing_column_is_named():
    with pytest.raises(DatasetError, match="an index has a column 'frame', this one"):
        from_csv(["image,label\n", "a.png,benign\n"])


def test_masks_are_split_and_none_is_none(make_row):
    assert masks(make_row(0, mask="a.png;b.png")) == ["a.png", "b.png"]
    assert masks(make_row(0)) == []


def test_only_rows_without_a_reason_are_kept(make_row):
    assert is_kept(make_row(0))
    assert not is_kept(make_row(0, exclude="unreadable"))


def test_findings_are_the_label_columns_and_a_label_excludes_them(make_findings, make_row):
    assert findings(make_findings(0, {"cyst": "1", "mass": "", "a:b": "0"})) == {"cyst": "1", "mass": "", "a:b": "0"}
    assert findings(make_row(0, device="D")) == {}


def test_findings_stand_after_the_prepared_columns_and_survive_as_text(make_findings):
    rows = [make_findings(n, {"mass": str(n % 2), "cyst": ""}) for n in range(3)]
    assert next(to_csv(rows)).endswith("pixels,label:mass,label:cyst\n")
    assert from_csv(to_csv(rows)) == rows


def test_columns_that_a_row_lacks_are_empty_in_order(make_row):
    with_device, without = make_row(1, device="D"), make_row(0)
    assert in_order([with_device, without]) == [{**without, "device": ""}, with_device]
