"""One process at a time in a folder that training and evaluation write."""

import errno
import fcntl
from pathlib import Path
from typing import IO

from .errors import RunError, StorageError
from .files import storage_message

LOCK = ".lock"
"""Its name in the folder; it stays there, empty, and means nothing unless a process has locked it."""


def hold(*folders: str | Path) -> list[IO[bytes]]:
    """Keep other processes out of folders; they are made where they do not exist.

    A POSIX lock: the kernel frees it when the process ends, however it ends, and a worker that is forked has no part in
    it.

    Returns:
        The open files; a folder is free once its file is closed or forgotten.

    Raises:
        RunError: Another process holds a folder.
        StorageError: A folder cannot be written.
    """
    return [_hold(Path(folder)) for folder in folders]


def _hold(folder: Path) -> IO[bytes]:
    path = folder / LOCK
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = path.open("ab")
    except OSError as error:
        raise StorageError(storage_message(path, error)) from error
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EAGAIN):  # anything else: a file system that has no locks
            file.close()
            raise RunError(
                f"one process at a time trains or evaluates in a folder; another is at work in {folder}: "
                "wait until it ends, or give this one its own --ckpt_dir and --output_dir"
            ) from None
    return file
