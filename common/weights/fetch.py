"""Published weights from the internet: terms first, resumed where it stopped, verified before it counts."""

import contextlib
import http.client
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from ..errors import StorageError, WeightsError
from .declared import hashes_of_file
from .sources import SOURCES, File, PretrainedSource

LARGEST = 1 << 30
"""Bytes: InceptionResNetV2, the largest, has 54,336,736 x 4 = 217 MB; what declares a GiB is something else."""

PATIENCE = 30
"""Seconds without a byte before a connection is given up."""

PIECE = 1 << 18
"""Bytes read at a time."""


def source_called(name: str) -> PretrainedSource:
    """Return the source that `list` calls `name`: `imagenet_resnet50`.

    Raises:
        WeightsError: There is none.
    """
    names = {f"{source}_{network}": entry for (source, network), entry in SOURCES.items()}
    if name not in names:
        raise WeightsError(f"weights are called one of {', '.join(names)}; got {name!r}")
    return names[name]


def fetch(source: PretrainedSource, folder: Path) -> Path:
    """Download the first file of `source` that has an address into `folder`, and return its path.

    What is there already is verified and kept; what was begun is continued.

    Raises:
        WeightsError: No address, no connection, a larger file than declared, or another file than published.
        StorageError: It cannot be written.
    """
    file = next((file for file in source.files if file.url), None)
    if file is None:
        raise WeightsError(
            f"{source.name}_{source.network} has no address that a program can fetch from: get {source.where}, "
            "then python scripts/weights.py import FILE"
        )
    target = folder / file.name
    if not target.is_file():
        part = target.with_name(f"{target.name}.part")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _download(file, part)
        except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
            raise WeightsError(_unreachable(file, source, error)) from error
        except OSError as error:
            raise StorageError(
                f"cannot write {part} ({error.strerror or error}): make room, then run it again"
            ) from error
        _verify(file, part)
        part.replace(target)
    return target


def _download(file: File, part: Path) -> None:
    """Append to `part` what is missing; begin again where the server cannot continue or its file has changed."""
    from tqdm import tqdm

    tag = part.with_suffix(".etag")
    have = part.stat().st_size if part.is_file() and tag.is_file() else 0
    headers = {"Range": f"bytes={have}-", "If-Range": tag.read_text()} if have else {}
    with urllib.request.urlopen(urllib.request.Request(file.url, headers=headers), timeout=PATIENCE) as answer:
        have = have if answer.status == http.HTTPStatus.PARTIAL_CONTENT else 0
        size = have + int(answer.headers.get("Content-Length") or 0)
        if size > (file.size or LARGEST) or (file.size and size != file.size):
            raise WeightsError(
                f"{file.name} has {file.size or f'at most {LARGEST}'} bytes; {file.url} offers {size}: refused"
            )
        tag.write_text(answer.headers.get("ETag") or "")
        progress = tqdm(total=size, initial=have, unit="B", unit_scale=True, desc=file.name, disable=None)
        with part.open("ab" if have else "wb") as out, progress:
            while piece := answer.read(PIECE):
                have += len(piece)
                if have > size:
                    raise WeightsError(f"{file.name}: {file.url} sends more than the {size} bytes it declared: refused")
                out.write(piece)
                progress.update(len(piece))
    if have < size:
        raise ConnectionError(f"{have} of {size} bytes came")
    tag.unlink()


def _verify(file: File, part: Path) -> None:
    hashes = hashes_of_file(part)
    if hashes["sha256"].startswith(file.sha256) and file.md5 in ("", hashes["md5"]):
        return
    with contextlib.suppress(OSError):
        part.unlink()
    expected = f"sha256 {file.sha256}" if file.sha256 else f"md5 {file.md5}"
    raise WeightsError(
        f"{file.name} is published with {expected}; what came has sha256 {hashes['sha256']}: deleted, try again later"
    )


def _unreachable(file: File, source: PretrainedSource, error: Exception) -> str:
    reason = getattr(error, "reason", None) or error
    return (
        f"{urlsplit(file.url).hostname} did not give {file.name} ({reason}): run it again to continue, or offline: get "
        f"{source.where} on another machine, then python scripts/weights.py import FILE"
    )
