import os
from functools import partial

import pytest

from common.datasets.own.walk import walk


def left_out(root):
    return [tuple(its) for its in walk(root)[1]]


def test_files_are_in_the_order_of_their_paths_and_hidden_ones_are_passed_over(tmp_path):
    for name in ("b/1", "a/x/2", "a.txt", ".hidden", ".git/3", "b/__MACOSX/4"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    files, lost = walk(tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in files] == ["a/x/2", "a.txt", "b/1"]
    assert lost == []


def test_links_to_files_are_followed_and_no_other_link_vanishes(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a/1.png").touch()
    for name, target in {
        "2.png": "a/1.png",
        "gone.png": "nowhere",
        "self.png": "self.png",
        "a/up": "..",
        "b": "a",
    }.items():
        (tmp_path / name).symlink_to(target)
    assert [path.name for path in walk(tmp_path)[0]] == ["2.png", "1.png"]
    assert left_out(tmp_path) == [
        ("folder", "a/up", "a link to a folder, which is not followed"),
        ("folder", "b", "a link to a folder, which is not followed"),
        ("file", "gone.png", "a link that leads nowhere: No such file or directory"),
        ("file", "self.png", "a link that leads nowhere: Too many levels of symbolic links"),
    ]


def test_a_folder_that_may_not_be_listed_is_listed(tmp_path, monkeypatch):
    (tmp_path / "closed").mkdir()
    monkeypatch.setattr(os, "scandir", partial(refusing, os.scandir))
    assert left_out(tmp_path) == [("folder", "closed", "unreadable: Permission denied")]


def refusing(scandir, path):
    """Stands in for a right that root, who may run the tests, always has."""
    if str(path).endswith("closed"):
        raise PermissionError(13, "Permission denied", str(path))
    return scandir(path)


def test_what_is_neither_a_file_nor_a_folder_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert left_out(tmp_path) == [("file", "pipe", "neither a file nor a folder")]


def test_a_name_that_no_table_could_hold_is_listed_so_that_it_can_be_printed(tmp_path):
    try:
        (tmp_path / os.fsdecode(b"caf\xe9")).mkdir()
    except OSError:
        pytest.skip("this file system takes UTF-8 alone")
    (tmp_path / os.fsdecode(b"caf\xe9/1.png")).touch()
    (tmp_path / os.fsdecode(b"M\xfcller.png")).touch()
    assert left_out(tmp_path) == [
        ("file", "M\\xfcller.png", "a name that is not UTF-8: rename it"),
        ("folder", "caf\\xe9", "a name that is not UTF-8: rename it"),
    ]
    assert walk(tmp_path)[0] == []
