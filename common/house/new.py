"""A new bundle: its exemplar's body, a head and pages of its own; it appears complete or not at all."""

import os
import re
import shutil
from dataclasses import replace
from pathlib import Path

from ..errors import BundleError, StorageError
from ..files import write_bytes
from .check import exemplar_of
from .configs import new_configs
from .files import COPIES, EXEMPLAR, JSON_FILES, bundles_in, read_config, split
from .formatting import formatted
from .heads import PRETRAINING
from .pages import licence_page, readme
from .subject import subject_of_data, subject_of_exemplar

CLASSIFIER = "breast_us"
"""The exemplar of bundles that classify (DESIGN.md)."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_VERSION = re.compile(r"_v[a-z]")
"""What the model zoo takes for the beginning of a version."""


def new_bundle(root: Path, name: str, *, like: str = "", data: Path | None = None) -> Path:
    """Write `bundles/NAME` below `root` and return that folder.

    Args:
        root: Folder that holds `bundles`.
        name: Of the bundle.
        like: The exemplar; `breast_us` if none is given.
        data: A prepared data set, which says what the bundle is about; else it begins as its exemplar.

    Raises:
        BundleError: A name that is taken or cannot be one, or no such exemplar.
        DatasetError: The data set is not prepared.
        LabelError: A class, or the data's folder, has a name that a configuration cannot hold.
        StorageError: It cannot be written.
    """
    check_name(root, name)
    folder = root / "bundles" / name
    exemplar = _exemplar(root, like or CLASSIFIER)
    configs = {Path(file).stem: read_config(exemplar / file) for file in JSON_FILES}
    head = split(configs["train"], "train")[0]
    subject = subject_of_data(data, root) if data else subject_of_exemplar(name, head)
    if head["task"] == "segmentation":  # the classes of a data set are of its images, not of their pixels
        subject = replace(subject, task=head["task"], class_names=head["class_names"])
    own = new_configs(configs, name, subject, like=exemplar.name)
    texts = {f"configs/{kind}.json": formatted(config) for kind, config in own.items()}
    texts["docs/README.md"] = readme(name, subject, like=exemplar.name, image_size=head["image_size"])
    texts["docs/data_license.txt"] = licence_page(subject)
    copies = {file: (exemplar / file).read_bytes() for file in COPIES}
    _write_as_one(folder, {**{file: text.encode() for file, text in texts.items()}, **copies})
    return folder


def check_name(root: Path, name: str) -> None:
    """Refuse a name that is taken or that a bundle cannot have.

    Raises:
        BundleError: It is one.
    """
    folder = root / "bundles" / name
    if not _NAME.fullmatch(name) or _VERSION.search(name):
        raise BundleError(
            "a bundle's name has lower-case letters, digits and underscores, begins with a letter, and has no _v "
            f"before a letter, which the zoo takes for a version; got {name!r}: give another"
        )
    if folder.exists():
        raise BundleError(f"a new bundle has a new folder; {folder} exists: give another name, or remove it")


def _exemplar(root: Path, name: str) -> Path:
    known = {folder.name: folder for folder in bundles_in(root) if folder.name != PRETRAINING}
    if name not in known:
        raise BundleError(f"an exemplar is one of {', '.join(known)}; got {name!r}: give --like another name")
    if (other := exemplar_of(read_config(known[name] / "configs/train.json"))) != EXEMPLAR:
        raise BundleError(f"an exemplar is like no other bundle; {name} is like {other}: give --like {other}")
    return known[name]


def _write_as_one(folder: Path, files: dict[str, bytes]) -> None:
    staging = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    try:
        for name, content in files.items():
            write_bytes(staging / name, content)
        staging.rename(folder)
    except OSError as error:
        raise StorageError(f"cannot write {folder} ({error.strerror or error}): make room, or another name") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
