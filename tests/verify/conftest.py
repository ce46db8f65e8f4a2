"""An honest exported bundle, and copies of it to spoil."""

import hashlib
import io
import json
import shutil
import struct
import zipfile
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).parents[2]
CODE = ("__init__.py", "bundles.py", "commands.py", "distributed.py", "errors.py", "files.py", "knobs.py")
"""Of `common`, as much as the tests look at; the bundle that is run has all of it."""

CARD = {
    "run_key": "0" * 16,
    "task": "binary",
    "class_names": ["benign", "malignant"],
    "backbone": "densenet121",
    "image_size": [64, 64],
    "window": "none",
    "fold": 0,
    "seed": 0,
    "weights_source": "random weights",
    "dataset": {"name": "none", "synthetic": True, "index_sha256": ""},
}


class Evil:
    def __reduce__(self):
        return print, ("the pickle ran",)


LARGE_FILES = f"""\
large_files:
  - path: "models/model.pt"
    url: "https://example.org/model.pt"
    hash_val: "{"0" * 64}"
    hash_type: "sha256"
"""


class Bundle:
    """A folder of a bundle, and ways to change it as an attacker would, who writes a new manifest after."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, path: str, content: str | bytes) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)  # it may be a hard link to the honest bundle's
        file.write_bytes(content.encode() if isinstance(content, str) else content)

    def read(self, path: str) -> str:
        return (self.folder / path).read_text()

    def set(self, key: str, value: object, *, path: str = "configs/inference.json") -> None:
        """Set a key of a configuration, or of another JSON file, by the way to it: `handlers 0`."""
        content = json.loads(self.read(path))
        *parents, last = key.split(" ")
        inner = content
        for parent in parents:
            inner = inner[int(parent) if isinstance(inner, list) else parent]
        inner[int(last) if isinstance(inner, list) else last] = value
        self.write(path, json.dumps(content))

    def replace(self, path: str, old: str, new: str) -> None:
        text = self.read(path)
        assert old in text
        self.write(path, text.replace(old, new))

    def seal(self) -> None:
        """Write the manifest that is true of what is there now."""
        files = {}
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and path.name != "manifest.json":
                content = path.read_bytes()
                entry = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
                files[path.relative_to(self.folder).as_posix()] = entry
        self.write("manifest.json", json.dumps({"common": "0.1.0", "files": files}))

    def zipped(self) -> Path:
        target = self.folder.with_suffix(".zip")
        with zipfile.ZipFile(target, "w") as archive:
            for path in sorted(self.folder.rglob("*")):
                archive.write(path, path.relative_to(self.folder.parent).as_posix())
        return target


def export(folder: Path, code: tuple[str, ...]) -> Bundle:
    """What scripts/export.py makes of breast_us, by hand: `common` as `scripts`, its weights to be fetched."""
    ours = ROOT / "bundles/breast_us"
    shutil.copytree(ours, folder, ignore=shutil.ignore_patterns("models", "eval", "runs"))
    bundle = Bundle(folder)
    for path in (folder / "configs").iterdir():
        text = (
            path.read_text().replace("$common.bundle_root('breast_us')", ".").replace("import common", "import scripts")
        )
        bundle.write(f"configs/{path.name}", text.replace("common.", "scripts.").replace("=common", "=scripts"))
    for path in (ROOT / "common").rglob("*"):
        name = path.relative_to(ROOT / "common").as_posix()
        if path.is_file() and "__pycache__" not in path.parts and (name in code or not code):
            bundle.write(f"scripts/{name}", path.read_bytes())
    bundle.write("models/model.json", json.dumps(CARD))
    bundle.write("large_files.yml", LARGE_FILES)
    bundle.seal()
    return bundle


def zip_of(members: dict[str, bytes], *, method: int = zipfile.ZIP_STORED) -> bytes:
    """An archive of these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def two_directories(one: bytes, other: bytes) -> bytes:
    """An archive whose end says where the first's directory begins, while the second's stands before it."""
    end = struct.Struct("<4s4H2LH")
    *_, length, start, _ = end.unpack(one[-end.size :])
    return one[: start + length] + other[: -end.size] + end.pack(*end.unpack(other[-end.size :])[:-2], start, 0)


@pytest.fixture(scope="session")
def weights():
    """Random weights of the network that the bundle's model.json names."""
    from common.networks import Classifier

    torch.manual_seed(0)
    return dict(Classifier(backbone="densenet121", num_classes=2, pretrained="random").state_dict())


@pytest.fixture(scope="session")
def honest(tmp_path_factory):
    """The honest bundle: not to be changed."""
    return export(tmp_path_factory.mktemp("honest") / "breast_us_classification", CODE)


@pytest.fixture
def bundle(honest, tmp_path):
    """A copy of the honest bundle."""
    folder = tmp_path / honest.folder.name
    shutil.copytree(honest.folder, folder, copy_function=lambda old, new: Path(new).hardlink_to(old))
    return Bundle(folder)
