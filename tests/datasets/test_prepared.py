import json
import os
import tracemalloc

import pytest

from common.datasets import prepared
from common.datasets.folds import assign_folds
from common.datasets.index import stored
from common.datasets.prepared import read_prepared, write_prepared
from common.errors import DatasetError, StorageError

DESCRIPTION = {
    "name": "busbra",
    "title": "BUS-BRA",
    "task": "binary",
    "class_names": ["benign", "malignant"],
    "synthetic": True,
}


@pytest.fixture
def originals(tmp_path):
    root = tmp_path / "originals"
    root.mkdir()
    return root


@pytest.fixture
def write(tmp_path, originals, make_row):
    """Writes three rows to `data/a`, or to another folder, with another description, root or rows."""

    def write_some(folder="data/a", *, root=originals, count=3, replace=False, **description):
        rows = [make_row(n) for n in range(count)]
        return write_prepared(
            tmp_path / folder, description={**DESCRIPTION, **description}, root=root, rows=rows, replace=replace
        )

    return write_some


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_was_written_is_read(write, originals, make_row):
    data = read_prepared(write().folder)
    assert data.rows == [make_row(n) for n in range(3)]
    assert (data.name, data.title, data.task) == ("busbra", "BUS-BRA", "binary")
    assert data.class_names == ["benign", "malignant"]
    assert data.synthetic
    assert data.root == originals
    assert len(data.index_sha256) == 64


def test_the_same_again_gives_the_same_bytes_and_keeps_the_audit(write):
    folder = write().folder
    (folder / "audit.html").write_text("report")
    before = contents(folder)
    write()
    assert contents(folder) == before


def test_a_new_index_of_the_same_data_set_drops_the_audit_and_keeps_other_files(write):
    folder = write().folder
    (folder / "audit.html").write_text("report")
    (folder / "notes.txt").write_text("mine")
    assert len(write(count=4).rows) == 4
    assert set(contents(folder)) == {"dataset.json", "index.csv", "notes.txt"}


def test_data_and_originals_can_move_together(write, tmp_path):
    write()
    (tmp_path / "moved").mkdir()
    for name in ("data", "originals"):
        (tmp_path / name).rename(tmp_path / "moved" / name)
    assert read_prepared(tmp_path / "moved/data/a").root == tmp_path / "moved/originals"


def test_a_root_that_cannot_be_relative_is_absolute(write, originals, monkeypatch):
    def other_drive(*_):
        raise ValueError("path is on mount 'D:', start on mount 'C:'")

    monkeypatch.setattr(os.path, "relpath", other_drive)
    data = write()
    assert data.description["root"] == str(originals)
    assert data.root == originals


@pytest.mark.parametrize("change", [{"name": "busi"}, {"root": "elsewhere"}])
def test_another_data_set_is_replaced_only_on_demand(write, tmp_path, change):
    folder = write().folder
    if "root" in change:
        change = {"root": tmp_path / change["root"]}
        change["root"].mkdir()
    before = contents(folder)
    with pytest.raises(
        DatasetError, match=r"holds another data set, 'busbra' from .*: give another --out, or --replace"
    ):
        write(**change)
    assert contents(folder) == before
    write(**change, replace=True)
    assert contents(folder) != before


def test_an_index_of_unknown_origin_is_replaced_only_on_demand(write, tmp_path):
    folder = tmp_path / "data/a"
    folder.mkdir(parents=True)
    (folder / "index.csv").write_text("mine")
    with pytest.raises(
        DatasetError, match=r"holds an index.csv without dataset.json: give another --out, or --replace"
    ):
        write()
    assert len(write(replace=True).rows) == 3


@pytest.mark.parametrize("replace", [False, True])
def test_a_failed_write_leaves_everything_as_it_was(write, tmp_path, monkeypatch, replace):
    if replace:
        write()
    (tmp_path / "data").mkdir(exist_ok=True)
    before = sorted(tmp_path.rglob("*"))

    def no_space(*_):
        raise StorageError("no space left to write index.csv")

    monkeypatch.setattr(prepared, "write_json", no_space)
    with pytest.raises(StorageError, match="no space left"):
        write(count=4)
    assert sorted(tmp_path.rglob("*")) == before
    assert not replace or len(read_prepared(tmp_path / "data/a").rows) == 3


def test_a_folder_that_cannot_be_written_is_one_line(write, tmp_path):
    (tmp_path / "data").write_text("a file")
    with pytest.raises(StorageError, match=r"cannot write .*: give another folder"):
        write()


def test_a_missing_folder_says_how_to_prepare_one(tmp_path):
    with pytest.raises(DatasetError, match=r"there is no data set at .*x; prepare one: python scripts/prepare.py"):
        read_prepared(tmp_path / "x")


def test_a_folder_that_is_not_prepared_says_how(originals):
    with pytest.raises(DatasetError, match=r"originals is not prepared; run python scripts/prepare.py DATASET SOURCE"):
        read_prepared(originals)


def test_an_edited_index_is_refused_until_prepared_again(write):
    folder = write().folder
    index = folder / "index.csv"
    index.write_text(index.read_text().replace("benign", "malignant"))
    with pytest.raises(DatasetError, match=r"index.csv was edited after its preparation .*; prepare it again"):
        read_prepared(folder)
    write()
    assert {row["label"] for row in read_prepared(folder).rows} == {"benign"}


def test_another_version_is_refused(write, monkeypatch):
    folder, written = write().folder, prepared.VERSION
    monkeypatch.setattr(prepared, "VERSION", 99)
    with pytest.raises(DatasetError, match=f"has version {written}, this code reads 99; prepare it again"):
        read_prepared(folder)


def test_missing_originals_say_where_they_were(write, originals):
    folder = write().folder
    originals.rmdir()
    with pytest.raises(DatasetError, match=r"originals of .* are no longer at .*originals: put them back"):
        read_prepared(folder)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is damaged .*: prepare it again with --replace"),
        ("[]", "has no"),
        ('{"name": "busbra"}', "has no 'class_names'"),
    ],
)
def test_a_damaged_description_is_refused(write, text, message):
    folder = write().folder
    (folder / "dataset.json").write_text(text)
    with pytest.raises(DatasetError, match=message):
        read_prepared(folder)


def test_the_description_says_version_and_hash(write):
    description = json.loads((write().folder / "dataset.json").read_text())
    assert description["version"] == prepared.VERSION
    assert description["root"] == "../../originals"


@pytest.fixture
def bytes_per_row():
    """Returns what a call returns, and the bytes per row of `COUNT` that it kept and that it needed at its peak."""

    def measured(call):
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        result = call()
        after, peak = tracemalloc.get_traced_memory()
        return result, (after - before) / COUNT, (peak - before) / COUNT

    tracemalloc.start()
    yield measured
    tracemalloc.stop()


COUNT = 10_000
"""Rows by which memory is measured: 750,000 of 110 bytes are 80 MB."""


def test_a_large_index_takes_little_memory(bytes_per_row, make_row, tmp_path, originals):
    """As plain rows that are read back: 720 bytes kept, 560 more to deal, 1,300 to write, 1,220 to read."""
    listed = (make_row(n, pixels=f"{n:016x}", patient=f"ID_{n // 40}", study=f"ID_{n // 35}") for n in range(COUNT))
    rows, kept, _ = bytes_per_row(lambda: stored(listed))
    assert kept < 110
    _, _, peak = bytes_per_row(lambda: assign_folds(rows))
    assert peak < 250
    written, _, peak = bytes_per_row(
        lambda: write_prepared(tmp_path / "data", description=DESCRIPTION, root=originals, rows=rows)
    )
    assert peak < 250
    read, _, peak = bytes_per_row(lambda: read_prepared(tmp_path / "data"))
    assert peak < 200
    assert read == written
