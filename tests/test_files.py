import errno
import os

import pytest

from common.errors import StorageError
from common.files import LONGEST_NAME, fitting, printable, read_json, write_atomically, write_json, write_text


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


@pytest.mark.parametrize("letter", ["a", "é"])
def test_a_name_that_is_too_long_is_shortened_to_one_of_its_own_that_can_be_written(tmp_path, letter):
    first, second = (fitting(tmp_path / f"{letter * 240}{number}.png") for number in "12")
    assert first.parent == tmp_path
    assert first.suffix == ".png"
    assert first != second
    write_text(first, "text")
    assert [path.name for path in tmp_path.iterdir()] == [first.name]


def test_a_name_that_fits_stays(tmp_path):
    longest = tmp_path / ("a" * (LONGEST_NAME - 4) + ".png")
    assert fitting(longest) == longest
    assert len(fitting(longest, more=20).name) == LONGEST_NAME - 20
    write_text(longest, "text")


def test_a_path_is_printed_as_it_is_but_for_what_is_not_utf8():
    assert printable("deeper/Müller.png") == "deeper/Müller.png"
    assert printable(os.fsdecode(b"deeper/M\xfcller.png")) == r"deeper/M\xfcller.png"
