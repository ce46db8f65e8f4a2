import os
import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest

from common.datasets.index import PREPARED_COLUMNS, stored
from common.errors import StorageError


def test_stored_rows_are_the_same_rows_with_the_columns_of_the_preparation(make_row):
    rows = [make_row(0, device="D"), {"image": "a.png", "label": "bénigne"}]
    first, second = stored(rows)
    assert first == rows[0]
    assert list(second) == ["image", "label", *PREPARED_COLUMNS]
    second["fold"] = "3"
    assert {**second} == {**rows[1], **dict.fromkeys(PREPARED_COLUMNS, ""), "fold": "3"}
    assert first["fold"] == ""


def test_stored_rows_gain_columns_together_and_keep_them(make_row):
    first, second, other = stored([make_row(0), make_row(1), make_row(2, device="D")])
    second["split_1"] = "train"
    assert (first["split_1"], second["split_1"]) == ("", "train")
    assert first == make_row(0, split_1="")
    assert other == make_row(2, device="D")
    with pytest.raises(KeyError, match="split_2"):
        first["split_2"]
    with pytest.raises(TypeError, match="a row shares its columns with others: 'fold' stays"):
        del first["fold"]


def test_threads_read_their_own_rows(make_row):
    rows = stored(make_row(n) for n in range(2_000))
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(dict, rows * 2))
    assert found == [make_row(n) for n in range(2_000)] * 2


def test_a_row_is_handed_to_another_process_whole(make_row):
    (row,) = stored([make_row(0)])
    assert pickle.loads(pickle.dumps(row)) == make_row(0)


@pytest.mark.parametrize("written", [0, 3])
def test_a_full_disk_is_named(make_row, monkeypatch, written):
    (row,) = stored([make_row(0)])
    monkeypatch.setattr(os, "pwrite", lambda *_: written)
    with pytest.raises(StorageError, match=r"no space left in .* to keep rows: set TMPDIR to another folder"):
        row["fold"] = "3"
    assert row["fold"] == make_row(0)["fold"]
