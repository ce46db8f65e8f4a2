"""Shared by the tests: a small prepared data set of phantoms, a network that trains in milliseconds, and quick runs."""

import ctypes
import gc
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from .processes import ROOT, Runner

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
"""A shared machine may be slow; what must be fast is measured by scripts/benchmark.py."""

os.environ.setdefault("OMP_NUM_THREADS", "1")
"""The suite's processes share the cores: two of them with two threads each would wait for one another."""

os.environ["RADIMAGENET_WEIGHTS"] = "/nonexistent"
"""What a developer has imported must not change what `pretrained: auto` means here."""

collect_ignore = [] if find_spec("monailabel") else ["label"]
"""MONAI Label has an environment of its own: `make test-label`."""

TRAIN = "bundles/breast_us/configs/train.json"

TINY = {
    "network_def": {
        "_target_": "monai.networks.nets.Classifier",
        "in_shape": [1, 32, 32],
        "classes": "$len(@class_names)",
        "channels": [4, 8],
        "strides": [2, 2],
        "dropout": 0.2,
    }
}
"""An overlay with a network of MONAI's that trains an epoch of phantoms in a fraction of a second."""

TINY_SEGMENTER = {
    "network_def": {
        "_target_": "monai.networks.nets.UNet",
        "spatial_dims": 2,
        "in_channels": 1,
        "out_channels": "$len(@class_names)",
        "channels": [4, 8],
        "strides": [2],
        "norm": "batch",
    }
}
"""The same for a segmenter."""


@pytest.fixture(autouse=True, scope="module")
def memory_is_given_back() -> Iterator[None]:
    """Networks that were freed stay with the C library: two workers would grow to 3 GB each, and be killed for it."""
    yield
    gc.collect()
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Tell how a worker ended that was lost: xdist keeps it to itself."""
    if error:
        time.sleep(1)
        print(f"{node.gateway.id} ended with {node.gateway._io.popen.poll()}", file=sys.stderr)


@pytest.fixture(scope="session")
def run_bundle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    runner = Runner(tmp_path_factory.mktemp("output"))
    yield runner
    runner.close()


@pytest.fixture(scope="session")
def phantoms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared data set of 40 phantom patients."""
    return prepared_phantoms(tmp_path_factory.mktemp("phantoms"), seed=1)


@pytest.fixture(scope="session")
def other_phantoms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared data set of 40 other phantom patients."""
    return prepared_phantoms(tmp_path_factory.mktemp("phantoms"), seed=2)


def prepared_phantoms(folder: Path, *, seed: int) -> Path:
    from common.datasets.prepare import prepare
    from common.phantoms import PHANTOMS

    PHANTOMS["busbra"](folder / "original", patients=40, seed=seed, difficulty=0.0)
    prepare("busbra", folder / "original", folder / "data")
    return folder / "data"


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sharded store of phantoms of all 165 classes of RadImageNet, 32 x 32; `original` lies beside it."""
    return built_store(tmp_path_factory.mktemp("store"), seed=1)


def built_store(folder: Path, *, seed: int) -> Path:
    from common.phantoms import PHANTOMS
    from common.pretraining.build import How
    from common.pretraining.radimagenet import list_radimagenet
    from common.pretraining.store import build_store

    PHANTOMS["radimagenet"](folder / "original", patients=33, seed=seed, difficulty=0.0)
    build_store(list_radimagenet(folder / "original"), folder / "data", How(image_size=(32, 32), workers=1))
    return folder / "data"


@pytest.fixture(scope="session")
def data_like(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Makes a prepared data set with any task and classes: NIfTI in Hounsfield units, which every window takes."""

    @cache
    def make(task: str, class_names: tuple[str, ...]) -> Path:
        return prepared_images(tmp_path_factory.mktemp("data"), task, class_names)

    return make


def prepared_images(folder: Path, task: str, class_names: Sequence[str]) -> Path:
    """20 patients of each class with an image each, the brighter the later their class; of a finding, every other.

    For a segmenter each has a square lesion, and its mask.
    """
    import nibabel
    import numpy as np

    from common.datasets.index import COLUMNS, PREPARED_COLUMNS
    from common.datasets.prepared import write_prepared

    rows = []
    (folder / "original").mkdir()
    for index, name in enumerate(class_names):
        for number in range(20):
            row = dict.fromkeys((*COLUMNS, *PREPARED_COLUMNS), "")
            image = f"{index}_{number:02d}.nii"
            pixels = np.random.default_rng([index, number]).normal(40 + 20 * index, 10, (40, 50, 1))
            nibabel.save(nibabel.Nifti1Image(pixels.astype(np.int16), np.eye(4)), folder / "original" / image)
            row |= {"image": image, "patient": image, "fold": str(number % 5), "pixels": image, "label": name}
            if task == "segmentation":
                lesion = np.zeros(pixels.shape, np.uint8)
                lesion[10:20, 15:25] = 1
                nibabel.save(nibabel.Nifti1Image(lesion, np.eye(4)), folder / "original" / f"mask_{image}")
                row |= {"mask": f"mask_{image}"}
            if task == "multilabel":
                findings = {f"label:{other}": str((number + index + k) % 2) for k, other in enumerate(class_names)}
                row |= {"label": "", **findings}
            rows.append(row)
    description = {
        **{"name": "own", "title": "Own images", "synthetic": True, "origin": "", "licence": "", "citation": ""},
        **{"task": task, "class_names": list(class_names), "differs_from_publication": ""},
        "counts": {"images": len(rows), "patients": len(rows), "excluded": 0, "duplicate_groups": 0},
        "shared_patients": {str(fold): {} for fold in range(5)},
    }
    write_prepared(folder / "data", description=description, root=folder / "original", rows=rows)
    return folder / "data"


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of an overlay that swaps in a tiny network."""
    path = tmp_path_factory.mktemp("overlay") / "tiny.json"
    path.write_text(json.dumps(TINY))
    return str(path)


@pytest.fixture(scope="session")
def tiny_segmenter(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of an overlay that swaps in a tiny segmenter."""
    path = tmp_path_factory.mktemp("overlay") / "tiny_segmenter.json"
    path.write_text(json.dumps(TINY_SEGMENTER))
    return str(path)


@pytest.fixture(scope="session")
def trained_bundle(run_bundle: Runner, phantoms: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of its own, breast_us with a tiny network, trained and evaluated on phantoms."""
    return tiny_bundle("breast_us", TINY, phantoms, tmp_path_factory.mktemp("repository"), run_bundle)


def tiny_bundle(
    name: str,
    network: dict[str, Any],
    data: Path,
    repository: Path,
    run: Runner,
    *,
    image_size: tuple[int, int] = (32, 32),
    evaluated: bool = True,
) -> Path:
    """Return a copy of a bundle with a tiny network in its own configurations, trained and, unless not, evaluated."""
    from common.house.formatting import formatted

    folder = repository / "bundles" / name
    ignored = shutil.ignore_patterns("models", "eval", "runs")
    shutil.copytree(ROOT / "bundles" / name, folder, ignore=ignored)
    for kind in ("train", "inference"):
        path = folder / "configs" / f"{kind}.json"
        path.write_text(formatted({**json.loads(path.read_text()), **network}))
    train, evaluate = (f"{folder}/configs/{kind}.json" for kind in ("train", "evaluate"))
    own = ["--bundle_root", str(folder), "--dataset_dir", str(data), "--num_workers", "0"]
    small = ["--image_size", str(list(image_size)), "--max_epochs", "1", "--batch_size", "8"]
    small += ["--warmup_epochs", "0"] if name == "radimagenet_pretrain" else []
    for config, knobs in ((train, small), (f"['{train}','{evaluate}']", []))[: 1 + evaluated]:
        finished = run("--config_file", config, *own, *knobs)
        assert finished.code == 0, finished.output
    return folder


@pytest.fixture(scope="session")
def exported(trained_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """That bundle as a portable one; not to be changed."""
    from common.export.export import export

    return export(trained_bundle, tmp_path_factory.mktemp("dist"))


def places(folder: Path) -> list[str]:
    """Arguments that send a run's files below `folder`."""
    return ["--ckpt_dir", str(folder / "models"), "--output_dir", str(folder / "eval")]
