"""A portable bundle on the Hugging Face hub, under the user's own name and by the user's own word."""

import re
from pathlib import Path

from ..errors import ExportError
from .manifest import files_of

_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")


def address(repository: str) -> str:
    """Return the address below which the files of a repository `OWNER/NAME` lie.

    Raises:
        ExportError: It is not such a name.
    """
    if not _REPOSITORY.fullmatch(repository):
        raise ExportError(f"a repository on the hub is OWNER/NAME; got {repository!r}: give --push such a name")
    return f"https://huggingface.co/{repository}/resolve/main"


def push(folder: Path, repository: str, *, dry_run: bool) -> str:
    """Upload a folder, and return what was done, or with `dry_run` what would be.

    The hub keeps files of any size, so `large_files.yml` is for the model zoo, and points here.

    Args:
        folder: An exported bundle.
        repository: `OWNER/NAME`; made if it is not there, for you alone to see.
        dry_run: Upload nothing, and do not even ask for the client.

    Raises:
        ExportError: The hub's client is not installed, or the hub refuses.
    """
    files = list(files_of(folder))
    megabytes = sum(path.stat().st_size for _, path in files) / 1e6
    told = f"{len(files)} files, {megabytes:.0f} MB, to https://huggingface.co/{repository}"
    if dry_run:
        return f"would upload {told}:\n" + "\n".join(f"  {name}" for name, _ in files)
    try:
        from huggingface_hub import HfApi
    except ImportError as error:
        raise ExportError("uploading needs the hub's client, which is optional: pip install huggingface_hub") from error
    try:
        hub = HfApi()
        hub.create_repo(repository, repo_type="model", private=True, exist_ok=True)
        hub.upload_folder(repo_id=repository, folder_path=str(folder), commit_message=f"Upload {folder.name}")
    except Exception as error:  # the client's errors differ by version, and its user wants the reason
        raise ExportError(f"the hub refused ({error}): log in by `hf auth login`, and check the name") from error
    return f"uploaded {told}"
