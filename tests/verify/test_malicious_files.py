"""Bundles whose files are not what they should be: each is refused, and for that reason."""

import io
import json
import os
import stat
import struct
import zipfile
import zlib

import pytest

from common.errors import TrustError
from common.verify.archive import opened
from common.verify.inspect import inspect
from common.verify.layout import check_layout

from .conftest import LARGE_FILES, two_directories, zip_of

LOGGING = "configs/logging.conf"


def moved_to_a_link(bundle):
    (bundle.folder / "manifest.json").rename(bundle.folder.parent / "elsewhere.json")
    (bundle.folder / "manifest.json").symlink_to(bundle.folder.parent / "elsewhere.json")


def evil_logging(old, new):
    return lambda bundle: bundle.replace(LOGGING, old, new)


SEALED = {  # with a manifest that is true of it: what the author did, and why it is refused
    "a handler's arguments that run a program": (
        evil_logging("args=(sys.stdout,)", "args=(__import__('os').system('id'),)"),
        "more than messages on the console",
    ),
    "a handler that writes a file": (
        evil_logging("class=StreamHandler\nargs=(sys.stdout,)", "class=FileHandler\nargs=('x', 'w')"),
        "more than messages on the console",
    ),
    "a handler that sends what is logged": (
        evil_logging("class=StreamHandler", "class=handlers.SocketHandler"),
        "more than messages on the console",
    ),
    "a handler that is a function": (evil_logging("class=StreamHandler", "class=eval"), "more than messages"),
    "arguments by keyword": (evil_logging("args=(", "kwargs={'stream': exit()}\nargs=("), "more than messages"),
    "arguments put together by interpolation": (
        evil_logging("args=(sys.stdout,)", "a=exit()\nargs=(%(a)s,)"),
        "more than messages on the console",
    ),
    "arguments from the default section": (
        evil_logging("[loggers]", "[DEFAULT]\nargs=(exit(),)\n[loggers]"),
        "more than messages on the console",
    ),
    "a formatter of somebody's": (evil_logging("[formatter_plain]", "[formatter_plain]\nclass=os.system"), "more than"),
    "a configuration of logging that is none": (evil_logging("[loggers]", "loggers"), "not a configuration of logging"),
    "Python beside its code that takes the place of torch": (
        lambda bundle: bundle.write("torch.py", "print(1)"),
        "no file of a kind that a bundle has",
    ),
    "Python among the configurations": (lambda bundle: bundle.write("configs/a.py", ""), "no file of a kind"),
    "a configuration in YAML": (lambda bundle: bundle.write("configs/train.yaml", "a: 1"), "no file of a kind"),
    "a changed file of its code": (
        lambda bundle: bundle.write("scripts/files.py", bundle.read("scripts/files.py") + "\n"),
        "not as in the common beside this command",
    ),
    "a file that its code never had": (lambda bundle: bundle.write("scripts/evil.py", ""), "no file of the common"),
    "a file of its code in the place of another": (
        lambda bundle: bundle.write("scripts/errors.py", bundle.read("scripts/files.py")),
        "scripts/errors.py: not as in the common",
    ),
    "a version of common that is a path": (
        lambda bundle: bundle.write("scripts/evil.py", ""),
        "is no released version",
    ),
    "compiled Python": (lambda bundle: bundle.write("scripts/__pycache__/files.cpython-311.pyc", b"x"), "compiled"),
    "a library": (lambda bundle: bundle.write("scripts/_fast.so", b"\x7fELF"), "no file of a kind"),
    "a notebook": (lambda bundle: bundle.write("docs/a.ipynb", "{}"), "no file of a kind"),
    "a hidden file": (lambda bundle: bundle.write("scripts/.pth", ""), "none is hidden"),
    "a name with a space": (lambda bundle: bundle.write("docs/a b.md", ""), "names are of letters"),
    "a name that is read from right to left": (lambda bundle: bundle.write("docs/a\u202egnp.md", ""), "names are of"),
    "a homograph of one of its files": (
        lambda bundle: bundle.write("scripts/fil\u0435s.py", ""),
        "names are of letters",
    ),
    "two files in two cases": (
        lambda bundle: bundle.write("configs/Inference.json", "{}"),
        "some file systems take it for 'configs/Inference.json'",
    ),
    "an ending in another case": (lambda bundle: bundle.write("scripts/evil.PY", ""), "no file of a kind"),
    "a link": (lambda bundle: (bundle.folder / "docs/a.md").symlink_to("/etc/passwd"), "a link"),
    "a folder that is a link": (lambda bundle: (bundle.folder / "eval").symlink_to("/tmp"), "a link"),
    "a pipe": (lambda bundle: os.mkfifo(bundle.folder / "docs/a.md"), "no ordinary file"),
    "a file too large": (lambda bundle: sparse(bundle, "docs/a.md", 2**33), "at most 26,214,400 bytes"),
    "no licence": (lambda bundle: (bundle.folder / "LICENSE").unlink(), "LICENSE: missing"),
    "no inference": (lambda bundle: (bundle.folder / "configs/inference.json").unlink(), "inference.json: missing"),
    "no weights": (lambda bundle: (bundle.folder / "large_files.yml").unlink(), "models/model.pt: missing"),
    "weights from a machine without a certificate": (
        lambda bundle: bundle.replace("large_files.yml", "https:", "http:"),
        "in this order; got",
    ),
    "weights written elsewhere": (
        lambda bundle: bundle.replace("large_files.yml", 'models/model.pt"\n', 'scripts/../x.py"\n'),
        "in this order; got",
    ),
    "weights without a hash": (
        lambda bundle: bundle.replace("large_files.yml", f'    hash_val: "{"0" * 64}"\n', ""),
        "in this order; got",
    ),
    "a model whose card climbs": (lambda bundle: bundle.set("window", "../x", path="models/model.json"), "climb out"),
    "a card with a path for an expression to take": (
        lambda bundle: bundle.set("window", {"output_dir": "/home"}, path="models/model.json"),
        "begins in its folder",
    ),
    "a card that is no JSON": (lambda bundle: bundle.write("models/model.json", "{"), "not JSON"),
    "arrays of objects": (
        lambda bundle: bundle.write("models/reference.npz", pickled_arrays()),
        "not arrays of numbers",
    ),
}


@pytest.mark.parametrize(("spoil", "reason"), SEALED.values(), ids=SEALED)
def test_a_bundle_is_refused_that_has(bundle, spoil, reason):
    spoil(bundle)
    seal_without_reading(bundle)
    refusals = inspect(bundle.folder).refusals
    assert any(reason in line for line in refusals), refusals


UNSEALED = {  # without: what happened to it since
    "a configuration changed": (
        lambda bundle: bundle.set("max_epochs", 1, path="configs/train.json"),
        "changed or swapped",
    ),
    "a figure changed, of the same size": (lambda bundle: bundle.write("LICENSE", "x" * 11_357), "LICENSE"),
    "a file more": (lambda bundle: bundle.write("docs/new.md", ""), "not in manifest.json"),
    "a file less": (lambda bundle: (bundle.folder / "docs/README.md").unlink(), "in manifest.json, but not there"),
    "no manifest": (lambda bundle: (bundle.folder / "manifest.json").unlink(), "there is none"),
    "a manifest that is a link": (moved_to_a_link, "there is none"),
    "a manifest of nothing": (lambda bundle: bundle.write("manifest.json", "[]"), "says `common`, a version"),
    "a manifest with a hash and no size": (
        lambda bundle: bundle.set("files LICENSE", {"sha256": "0"}, path="manifest.json"),
        "has sha256 and bytes of each file",
    ),
    "a manifest that says a file twice": (
        lambda bundle: bundle.replace("manifest.json", '"files": {', '"files": {"LICENSE": {}, '),
        "stands twice",
    ),
    "a manifest with a path outside": (
        lambda bundle: bundle.set("files ../x", {"sha256": "0", "bytes": 1}, path="manifest.json"),
        "in manifest.json, but not there",
    ),
}


@pytest.mark.parametrize(("spoil", "reason"), UNSEALED.values(), ids=UNSEALED)
def test_a_bundle_is_refused_whose_manifest_is_not_true_because_of(bundle, spoil, reason):
    spoil(bundle)
    refusals = inspect(bundle.folder).refusals
    assert any(reason in line for line in refusals), refusals


ZIPS = {
    "a member with an absolute path": (("/etc/cron.d/x", b"", 0), "would write outside"),
    "a member above": (("../x", b"", 0), "would write outside"),
    "a member above, as Windows writes it": (("a\\..\\..\\x", b"", 0), "would write outside"),
    "a member on another drive": (("C:/x", b"", 0), "would write outside"),
    "a link": (("breast_us_classification/a", b"/etc/passwd", stat.S_IFLNK), "holds a link"),
    "a member twice": (("breast_us_classification/LICENSE", b"", 0), "are one name"),
    "a member twice, in another case": (("breast_us_classification/license", b"", 0), "are one name"),
    "a member twice, in other letters": (("breast_us_classification/\uff2cICENSE", b"", 0), "are one name"),
    "a member that fills the disk": (("breast_us_classification/a", bytes(2**30 + 2**25), 0), "would unpack to"),
}


@pytest.mark.parametrize(("member", "reason"), ZIPS.values(), ids=ZIPS)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_is_refused_with(bundle, member, reason):
    name, content, kind = member
    archive = bundle.zipped()
    info = zipfile.ZipInfo(name)
    info.external_attr = (kind | 0o644) << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(archive, "a") as opened_archive:
        opened_archive.writestr(info, content)
    with pytest.raises(TrustError, match=reason), opened(archive):
        pass


def test_a_zip_is_refused_whose_members_other_readers_call_otherwise(bundle):
    """`unzip` takes the name in the field 0x7075."""
    archive = bundle.zipped()
    name = b"breast_us_classification/torch.py"
    info = zipfile.ZipInfo("breast_us_classification/docs/a.txt")
    info.extra = struct.pack("<HHBL", 0x7075, 5 + len(name), 1, zlib.crc32(info.filename.encode())) + name
    with zipfile.ZipFile(archive, "a") as opened_archive:
        opened_archive.writestr(info, "print(1)")
    with pytest.raises(TrustError, match="readers may take another name"), opened(archive):
        pass


LAYOUTS = {
    "something before": (lambda content: b"#!/bin/sh\n" + content, "has something between"),
    "something after": (lambda content: content + b"x", "ends with its directory"),
    "a comment": (lambda content: content[:-2] + b"\x01\x00x", "ends with its directory"),
    "half of it": (lambda content: content[: len(content) // 2], "ends with its directory"),
}


@pytest.mark.parametrize(("change", "reason"), LAYOUTS.values(), ids=LAYOUTS)
def test_an_archive_is_refused_with(change, reason):
    honest = zip_of({"a/version": b"3"})
    check_layout(honest)
    with pytest.raises(TrustError, match=reason):
        check_layout(change(honest))


def test_an_archive_is_refused_with_two_directories():
    """Python takes the second for true; torch goes where the end says."""
    with pytest.raises(TrustError, match="has something between"):
        check_layout(two_directories(zip_of({"a/evil": b"3"}), zip_of({"a/good": b"3"})))


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_an_archive_is_refused_that_is_packed_unusually(method):
    with pytest.raises(TrustError, match="stored or deflated"):
        check_layout(zip_of({"a": b"3"}, method=method))


def test_a_damaged_zip_is_refused(bundle):
    archive = bundle.zipped()
    content = archive.read_bytes()
    archive.write_bytes(content[: len(content) // 3] + content[len(content) // 2 :])
    with pytest.raises(TrustError, match=r"damaged|would|ends with|between|not where"), opened(archive):
        pass


def test_a_zip_of_too_many_files_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for number in range(5_001):
            archive.writestr(f"a/{number}", b"")
    with pytest.raises(TrustError, match="at most 5,000 files"), opened(tmp_path / "a.zip"):
        pass


def seal_without_reading(bundle):
    """Write the manifest, in which a link, a pipe or a file too large to be read is listed as nothing."""
    odd = [
        path for path in bundle.folder.rglob("*") if path.is_symlink() or path.is_fifo() or path.stat().st_size > 2**32
    ]
    names = [path.relative_to(bundle.folder).as_posix() for path in odd]
    kept = [(path, path.rename(bundle.folder.parent / f"kept{index}")) for index, path in enumerate(odd)]
    bundle.seal()
    for path, aside in kept:
        aside.rename(path)
    manifest = json.loads(bundle.read("manifest.json"))
    manifest["files"] |= {name: {"sha256": "0", "bytes": 0} for name in names}
    bundle.write("manifest.json", json.dumps(manifest))


def sparse(bundle, path, size):
    with (bundle.folder / path).open("wb") as file:
        file.truncate(size)


def pickled_arrays():
    import numpy as np

    buffer = io.BytesIO()
    np.savez(buffer, a=np.array([{"any": "object"}], dtype=object))
    return buffer.getvalue()


DOWNLOADS = {
    "an address that goes on in the next line": ('https://example.org/model.pt"\n', "https://example.org/model.pt\n"),
    "an address with a comment": ("org/model.pt", "org/model.pt#"),
    "a hash in the entry of another file": (f"""    hash_val: "{"0" * 64}"\n""", f"""  - hash_val: "{"0" * 64}"\n"""),
    "a key twice": ("    hash_type", f"""    hash_val: "{"1" * 64}"\n    hash_type"""),
    "a key at another level": ("    hash_type", "hash_type"),
    "another list": ("large_files:", "other:"),
}


@pytest.mark.parametrize(("old", "new"), DOWNLOADS.values(), ids=DOWNLOADS)
def test_downloads_are_refused_with(bundle, old, new):
    bundle.replace("large_files.yml", old, new)
    bundle.seal()
    (refusal,) = inspect(bundle.folder).refusals
    assert refusal.startswith("large_files.yml: ")


def test_two_files_to_download_pass_and_so_does_one_without_quotes(bundle):
    entry = LARGE_FILES.partition("\n")[2]
    bundle.write("large_files.yml", LARGE_FILES + entry.replace("model.pt", "model.ts").replace('"', ""))
    bundle.seal()
    assert inspect(bundle.folder).refusals == []
