"""Downloads as their publishers pack them: zip archives, unpacked once beside the index."""

import filecmp
import shutil
import stat
import zipfile
import zlib
from collections.abc import Sequence
from lzma import LZMAError
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from ..errors import DatasetError
from ..files import write_atomically

FOLDER = "original"
"""Where the originals of a zipped download lie: `data/NAME/original`."""

_SPARSEST = 200
"""Times its own size that an archive may unpack to. Images shrink to a tenth at best, raw volumes with much air to a
fiftieth; deflate's limit, which an archive made to fill a disk uses, is 1,032."""

_SMALL = 2**30
"""Bytes up to which an archive may unpack whatever its own size: a few blank images shrink to nothing."""

_PIECE = 2**20
"""Bytes read at a time."""


class _Member(NamedTuple):
    archive: Path
    info: zipfile.ZipInfo
    path: PurePosixPath


def archives_in(source: Path) -> list[Path]:
    """Return the zip files that a source consists of: itself, or those of a folder without folders; else none."""
    if source.is_file() and zipfile.is_zipfile(source):
        return [source]
    if not source.is_dir():
        return []
    visible = [path for path in sorted(source.iterdir()) if not path.name.startswith(".")]
    # Beside folders, an archive is what they were unpacked from.
    if any(path.is_dir() for path in visible):
        return []
    return [path for path in visible if path.suffix.lower() == ".zip"]


def unpacked(source: Path, folder: Path) -> Path:
    """Return the folder of the originals: `source` itself, or `folder/original` with all that its archives hold.

    A member that is there already, of the right size and CRC, is not written again; what a killed run left is
    completed. Tables and other files beside the archives are copied.

    Raises:
        DatasetError: A damaged or encrypted archive, a member with an absolute path, `..` or a link, two archives that
            disagree, or one that would unpack to an absurd size.
        StorageError: It cannot be written.
    """
    archives = archives_in(source)
    if not archives:
        return source
    target = folder / FOLDER
    members = [member for archive in archives for member in _members(archive)]
    _check_size(archives, members, folder)
    _refuse_conflicts(members)
    _extract(members, target)
    for path in [] if source.is_file() else sorted(set(source.iterdir()) - set(archives)):
        if not path.name.startswith("."):
            _copy(path, target / path.name)
    return target


def _members(archive: Path) -> list[_Member]:
    try:
        with zipfile.ZipFile(archive) as opened:
            infos = [info for info in opened.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise DatasetError(f"{archive} is damaged ({error}): download it again") from error
    members = [_Member(archive, info, _safe(archive, info)) for info in infos]
    # What macOS adds to the archives that it makes.
    return [its for its in members if its.path.parts[0] != "__MACOSX" and its.path.name != ".DS_Store"]


def _safe(archive: Path, info: zipfile.ZipInfo) -> PurePosixPath:
    path = PurePosixPath(info.filename.replace("\\", "/"))
    drive = bool(path.parts) and ":" in path.parts[0]
    if path.is_absolute() or drive or not path.parts or ".." in path.parts:
        raise DatasetError(f"{archive} would write outside its folder ({info.filename!r}): do not trust it")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise DatasetError(f"{archive} holds a link ({info.filename!r}), which may lead anywhere: unpack it yourself")
    if info.flag_bits & 1:
        raise DatasetError(f"{archive} is encrypted: unpack it yourself, and give the folder")
    return path


def _check_size(archives: Sequence[Path], members: Sequence[_Member], folder: Path) -> None:
    total = sum(member.info.file_size for member in members)
    packed = sum(archive.stat().st_size for archive in archives)
    if total > max(_SMALL, _SPARSEST * packed):
        raise DatasetError(f"{archives[0]} would unpack to {total:,} bytes from {packed:,}: do not trust it")
    existing = next(parent for parent in (folder.absolute(), *folder.absolute().parents) if parent.exists())
    there = sum(path.stat().st_size for path in (folder / FOLDER).rglob("*") if path.is_file())
    if total > there + (free := shutil.disk_usage(existing).free):
        room = f"{existing} has {free:,} left: free some, or give another --out"
        raise DatasetError(f"{archives[0]} unpacks to {total:,} bytes, and {room}")


def _refuse_conflicts(members: Sequence[_Member]) -> None:
    first: dict[PurePosixPath, _Member] = {}
    for member in members:
        other = first.setdefault(member.path, member)
        if (other.info.CRC, other.info.file_size) != (member.info.CRC, member.info.file_size):
            raise DatasetError(
                f"{other.archive.name} and {member.archive.name} hold different files called {member.path}: "
                "unpack them yourself into folders of their own"
            )


def _extract(members: Sequence[_Member], target: Path) -> None:
    from tqdm import tqdm

    with tqdm(total=len(members), desc="unpacking", delay=1, disable=None) as bar:
        for archive in dict.fromkeys(member.archive for member in members):
            with zipfile.ZipFile(archive) as opened:
                for member in [its for its in members if its.archive == archive]:
                    if not _is_there(target / member.path, member.info):
                        _write(opened, member, target / member.path)
                    bar.update()


def _is_there(path: Path, info: zipfile.ZipInfo) -> bool:
    if not path.is_file() or path.stat().st_size != info.file_size:
        return False
    crc = 0
    with path.open("rb") as file:
        for piece in iter(lambda: file.read(_PIECE), b""):
            crc = zlib.crc32(piece, crc)
    return crc == info.CRC


def _write(opened: zipfile.ZipFile, member: _Member, path: Path) -> None:
    try:
        # zipfile gives no more bytes than the member states, and checks its CRC with the last.
        with opened.open(member.info) as content:
            write_atomically(path, lambda file: shutil.copyfileobj(content, file, _PIECE), sync=False)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, LZMAError) as error:
        raise DatasetError(f"{member.archive}: {member.path} is damaged ({error}): download it again") from error


def _copy(path: Path, target: Path) -> None:
    if not (target.is_file() and filecmp.cmp(path, target, shallow=False)):
        with path.open("rb") as content:
            write_atomically(target, lambda file: shutil.copyfileobj(content, file, _PIECE))
