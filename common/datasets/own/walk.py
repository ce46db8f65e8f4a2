"""The files below a folder, and what else lies there: nothing vanishes without a reason."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

from ...files import printable
from ..left_out import LeftOut

_NOT_UTF8 = "a name that is not UTF-8: rename it"


def walk(root: Path) -> tuple[list[Path], list[LeftOut]]:
    """Return the files below a folder, in the order of their paths, and what is passed over, with the reason.

    Hidden files are passed over without one. Links to files are followed. Those to folders are not: they may lead in
    circles, or show an image twice.
    """
    left_out = list[LeftOut]()

    def refuse(error: OSError) -> None:
        left_out.append(LeftOut("folder", _below(root, error.filename), f"unreadable: {error.strerror}"))

    kinds: list[tuple[str, Callable[[Path], str]]] = [("folder", _why_no_folder), ("file", _why_no_file)]
    files = list[Path]()
    for top, folders, names in os.walk(root, onerror=refuse):
        for (what, why), entries in zip(kinds, (folders, names), strict=True):
            reasons = {name: why(Path(top, name)) for name in entries if not _is_hidden(name)}
            left_out += [
                LeftOut(what, _below(root, Path(top, name)), reason) for name, reason in reasons.items() if reason
            ]
            entries[:] = [name for name, reason in reasons.items() if not reason]  # `os.walk` goes into what is left
        files += [Path(top, name) for name in names]
    return sorted(files), sorted(left_out, key=lambda its: its.where)


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"


def _below(root: Path, path: str | Path) -> str:
    return printable(Path(path).relative_to(root).as_posix())


def _is_text(name: str) -> bool:
    return printable(name) == name


def _is_link(path: Path) -> bool:
    return os.path.islink(path)  # noqa: PTH114  `Path.is_symlink` raises in a folder that may not be entered


def _why_no_folder(path: Path) -> str:
    if not _is_text(path.name):
        return _NOT_UTF8
    return "a link to a folder, which is not followed" if _is_link(path) else ""


def _why_no_file(path: Path) -> str:
    if not _is_text(path.name):
        return _NOT_UTF8
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return f"{'a link that leads nowhere' if _is_link(path) else 'unreadable'}: {error.strerror}"
    return "" if stat.S_ISREG(mode) else "neither a file nor a folder"
