"""A few elements of many DICOM headers, read on every core without touching the pixels; a stopped run goes on."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..errors import StorageError
from .reading import one_by_one

FILE = "headers.jsonl"

UNREADABLE = "no DICOM header"
"""Stands under `ERROR` where a file is missing or its header cannot be read."""

ERROR = "error"


def read_headers(
    root: Path, paths: Sequence[str], keywords: Sequence[str], work: Path | None = None
) -> Iterator[dict[str, str]]:
    """Yield for each file, in order, the elements asked for as text: empty if absent; `ERROR` if it cannot be read.

    Args:
        root: Folder of the files.
        paths: Below `root`.
        keywords: Of elements that stand before the pixels, such as `PatientID`.
        work: Folder in which a line per header is kept, so that a run that was stopped goes on where it was.
    """

    def read(path: str) -> dict[str, str]:
        return _read(root / path, keywords)

    if work is None:
        yield from one_by_one(paths, read, what="headers")
        return
    work.mkdir(parents=True, exist_ok=True)
    # The lines of a stopped run are the beginning of what is asked for, or of something else.
    done = 0
    for header in _kept(work / FILE, root, paths, keywords):
        done += 1
        yield header
    _truncate(work / FILE, done)
    try:
        with (work / FILE).open("a", encoding="utf-8") as file:
            for path, header in zip(paths[done:], one_by_one(paths, read, what="headers", done=done), strict=True):
                file.write(json.dumps([path, _state(root / path), header]) + "\n")
                yield header
    except OSError as error:
        raise StorageError(f"cannot write {work / FILE} ({error.strerror}): free space, then run it again") from error


def _read(path: Path, keywords: Sequence[str]) -> dict[str, str]:
    from pydicom import dcmread

    from ..io.decode.dicom.quiet import quietly

    try:
        with quietly():
            header = dcmread(path, stop_before_pixels=True, specific_tags=list(keywords))
            return {keyword: str(header.get(keyword) or "").strip() for keyword in keywords}
    except Exception:  # pydicom answers a damaged header with any class
        return {ERROR: UNREADABLE}


def _state(path: Path) -> list[int]:
    try:
        status = path.stat()
    except OSError:
        return []
    return [status.st_size, status.st_mtime_ns]


def _kept(file: Path, root: Path, paths: Sequence[str], keywords: Sequence[str]) -> Iterator[dict[str, str]]:
    """Yield the headers of an earlier run as long as they are of these very files."""
    if not file.is_file():
        return
    with file.open(encoding="utf-8") as lines:
        for path, line in zip(paths, lines, strict=False):
            if not line.endswith("\n"):  # cut off when the run was stopped
                return
            name, state, header = json.loads(line)
            if name != path or state != _state(root / path) or not {*keywords, ERROR} & set(header):
                return
            yield header


def _truncate(file: Path, lines: int) -> None:
    if not file.is_file():
        return
    with file.open("rb+") as content:
        for _ in range(lines):
            content.readline()
        content.truncate(content.tell())
