import os
import stat
import zipfile
from types import SimpleNamespace

import pytest

from common.datasets.unpack import archives_in, unpacked
from common.errors import DatasetError, StorageError


@pytest.fixture
def pack(tmp_path):
    """Writes a zip file of members by name."""

    def write(members, name="download.zip"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, content in members.items():
                archive.writestr(member, content)
        return path

    return write


def content(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_stays_where_it_is(tmp_path):
    (tmp_path / "a.png").touch()
    assert unpacked(tmp_path, tmp_path / "out") == tmp_path
    assert not (tmp_path / "out").exists()


def test_what_was_packed_comes_out(pack, tmp_path):
    members = {"set/a.png": b"a" * 1000, "set/b/c.png": b"c", "set\\d.png": b"d"}
    rubbish = {"__MACOSX/set/._a.png": b"x", "set/.DS_Store": b"x", "set/empty/": b""}
    root = unpacked(pack({**members, **rubbish}), tmp_path / "out")
    assert root == tmp_path / "out/original"
    assert content(root) == {"set/a.png": b"a" * 1000, "set/b/c.png": b"c", "set/d.png": b"d"}


def test_several_archives_and_the_table_beside_them_become_one_folder(pack, tmp_path):
    pack({"a/1.png": b"1", "shared.txt": b"same"}, "in/one.zip")
    pack({"b/2.png": b"2", "shared.txt": b"same"}, "in/two.ZIP")
    (tmp_path / "in/labels.csv").write_bytes(b"x")
    root = unpacked(tmp_path / "in", tmp_path / "out")
    assert content(root) == {"a/1.png": b"1", "b/2.png": b"2", "shared.txt": b"same", "labels.csv": b"x"}


def test_an_archive_beside_its_unpacked_folders_is_passed_over(pack, tmp_path):
    pack({"a/1.png": b"1"}, "in/one.zip")
    (tmp_path / "in/a").mkdir()
    assert archives_in(tmp_path / "in") == []


def test_a_killed_run_is_completed_and_what_is_whole_is_not_written_again(pack, tmp_path):
    archive = pack({"a.png": b"a" * 100, "b.png": b"b" * 100, "c.png": b"c" * 100})
    root = unpacked(archive, tmp_path / "out")
    os.utime(root / "a.png", (0, 0))
    (root / "b.png").write_bytes(b"b" * 50)
    (root / "c.png").write_bytes(b"x" * 100)
    unpacked(archive, tmp_path / "out")
    assert content(root) == {f"{name}.png": name.encode() * 100 for name in "abc"}
    assert (root / "a.png").stat().st_mtime == 0


@pytest.mark.parametrize("name", ["/etc/passwd", "../a.png", "a/../../b.png", "..\\a.png", "C:/a.png", "C:\\a.png"])
def test_a_member_outside_the_folder_is_refused(pack, tmp_path, name):
    with pytest.raises(DatasetError, match=r"download.zip would write outside its folder .*: do not trust it"):
        unpacked(pack({"good.png": b"1", name: b"1"}), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_link_is_refused(tmp_path):
    info = zipfile.ZipInfo("link")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(DatasetError, match=r"holds a link \('link'\), which may lead anywhere"):
        unpacked(tmp_path / "a.zip", tmp_path / "out")


def test_an_encrypted_archive_is_refused(pack, tmp_path):
    path = pack({"a.png": b"1"})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1  # the flag of the central directory
    path.write_bytes(data)
    with pytest.raises(DatasetError, match="is encrypted: unpack it yourself"):
        unpacked(path, tmp_path / "out")


def test_an_archive_that_would_fill_the_disk_is_refused(pack, tmp_path, monkeypatch):
    path = pack({"a.png": b"\0" * 10**6})
    monkeypatch.setattr("common.datasets.unpack._SMALL", 1000)
    with pytest.raises(DatasetError, match=r"would unpack to 1,000,000 bytes from 1,\d\d\d: do not trust it"):
        unpacked(path, tmp_path / "out")


def test_no_room_is_said_before_anything_is_written(pack, tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=10))
    with pytest.raises(DatasetError, match=r"unpacks to 1,000 bytes, and .* has 10 left: free some"):
        unpacked(pack({"a.png": b"a" * 1000}), tmp_path / "out")


def test_two_archives_that_disagree_are_refused(pack, tmp_path):
    pack({"1.png": b"1"}, "in/one.zip")
    pack({"1.png": b"2"}, "in/two.zip")
    with pytest.raises(DatasetError, match=r"one.zip and two.zip hold different files called 1.png"):
        unpacked(tmp_path / "in", tmp_path / "out")


def test_a_damaged_archive_is_refused_and_leaves_no_damaged_file(pack, tmp_path):
    path = pack({"a.png": os.urandom(1000)})
    data = bytearray(path.read_bytes())
    data[500] ^= 1
    path.write_bytes(data)
    with pytest.raises(DatasetError, match=r"download.zip: a.png is damaged .*: download it again"):
        unpacked(path, tmp_path / "out")
    assert not list((tmp_path / "out").rglob("a.png"))
    path.write_bytes(data[:600])
    (tmp_path / "in").mkdir()
    path.rename(tmp_path / "in/a.zip")
    with pytest.raises(DatasetError, match=r"a.zip is damaged .*: download it again"):
        unpacked(tmp_path / "in", tmp_path / "out")


def test_a_folder_that_cannot_be_written_is_one_line(pack, tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(StorageError, match="cannot write"):
        unpacked(pack({"a.png": b"1"}), tmp_path / "out")
