import errno
import os

import pytest

from common.errors import StorageError
from common.files import read_json, write_atomically, write_json, write_text


def test_a_file_is_replaced_whole(tmp_path):
    write_text(tmp_path / "new" / "a.txt", "first")
    write_text(tmp_path / "new" / "a.txt", "second")
    assert (tmp_path / "new" / "a.txt").read_text() == "second"
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a.txt"]


def test_what_fails_half_way_leaves_the_old_file_and_nothing_else(tmp_path):
    write_text(tmp_path / "a.txt", "old")

    def fail(file):
        file.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "a.txt", fail)
    assert (tmp_path / "a.txt").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_full_disk_is_one_line(tmp_path):
    def fail(file):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(
        StorageError, match=r"no space left to write .*a.txt: free some, then run the same command again"
    ):
        write_atomically(tmp_path / "a.txt", fail)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_a_file_is_one_line(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"cannot write .*: give another folder"):
        write_text(tmp_path / "file" / "a.txt", "text")


def test_json_holds_no_nan(tmp_path):
    write_json(tmp_path / "a.json", {"value": float("nan"), "list": (1.5, float("inf"))})
    assert read_json(tmp_path / "a.json", default=None) == {"value": None, "list": [1.5, None]}
    assert read_json(tmp_path / "b.json", default={"x": 1}) == {"x": 1}
