"""No command touches the network unless its name says so."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from common.networks.densenet import DenseNet121

from .conftest import ROOT, TRAIN, places
from .processes import Runner

CONFIGS = "bundles/breast_us/configs"

NETWORK = {"urllib", "http", "socket", "ssl", "ftplib", "smtplib", "requests", "httpx", "aiohttp", "huggingface_hub"}
"""Packages that reach the network, and what stands beside them."""

MAY_REACH_IT = {"common/weights/fetch.py", "common/comparison/engine.py", "common/export/push.py"}
"""What `scripts/weights.py fetch` and `scripts/export.py --push` do, and the knock at the cluster that
`scripts/compare.py --address` names."""


@pytest.fixture(scope="module")
def log(tmp_path_factory) -> Path:
    """The file of attempts to reach the network."""
    path = tmp_path_factory.mktemp("offline") / "attempts.txt"
    path.touch()
    return path


@pytest.fixture(scope="module")
def offline(log, tmp_path_factory) -> Iterator[Runner]:
    """Runs programs as a user's machine without a network would; nothing there tells them that they are tested."""
    own = {name: os.environ[name] for name in ("PATH", "HOME", "OMP_NUM_THREADS", "RADIMAGENET_WEIGHTS")}
    path = os.pathsep.join([str(ROOT / "tests/offline"), str(ROOT)])
    runner = Runner(tmp_path_factory.mktemp("output"), {**own, "PYTHONPATH": path, "OFFLINE_LOG": str(log)})
    yield runner
    runner.close()


@pytest.mark.slow
def test_the_whole_chain_runs_without_a_network(offline, log, tiny, tmp_path):
    original, data, weights = tmp_path / "original", tmp_path / "data", tmp_path / "densenet121.pth"
    torch.save(DenseNet121().state_dict(), weights)
    for words in (
        ("phantoms", "busbra", original, "--patients", 20, "--difficulty", 0),
        ("prepare", "busbra", original, "--out", data),
        ("audit", data),
        ("weights", "list"),
    ):
        done = offline.script(*words)
        assert done.code == 0, done.output
    assert "all 725 tensors matched" in offline.script("weights", "check", weights).output
    sizes = ["--image_size", "[32,32]", "--max_epochs", "1", "--batch_size", "8"]
    for config, knobs in (
        (f"['{TRAIN}','{tiny}']", [*sizes, "--num_workers", "0", "--tensorboard", "--tracking", "mlflow"]),
        (f"['{TRAIN}','{CONFIGS}/evaluate.json','{tiny}']", []),
        (f"['{CONFIGS}/inference.json','{tiny}']", []),
    ):
        done = offline("--config_file", config, "--dataset_dir", str(data), *places(tmp_path), *knobs)
        assert done.code == 0, done.output
    assert log.read_text() == ""


def test_fetch_turns_to_the_network_and_is_seen_doing_so(offline, log):
    done = offline.script("weights", "fetch", "imagenet_resnet50", "--accept-terms")
    assert done.code == 1
    assert "download.pytorch.org did not give" in done.output
    assert "socket.getaddrinfo download.pytorch.org by scripts/weights.py fetch" in log.read_text()
    log.write_text("")


@pytest.mark.slow
@pytest.mark.parametrize(("imported", "attempts"), [("optional('openvino')", 0), ("__import__('openvino')", 1)])
def test_openvino_tells_nobody_that_it_is_used(log, tmp_path, monkeypatch, imported, attempts):
    pytest.importorskip("openvino", reason="OpenVINO is optional")
    monkeypatch.setenv("HOME", str(tmp_path))  # where it keeps whether one has agreed
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT / "tests/offline"), str(ROOT)]))
    monkeypatch.setenv("OFFLINE_LOG", str(log))
    monkeypatch.delenv("CI", raising=False)  # there it is silent
    program = f"from common.inferers.optional import optional; {imported}; import time; time.sleep(4)"
    subprocess.run([sys.executable, "-c", program], check=True)
    assert min(log.read_text().count("google-analytics"), 1) == attempts
    log.write_text("")


def test_nothing_reaches_the_network_but_what_is_told_to():
    sources = [path for folder in ("common", "scripts") for path in (ROOT / folder).rglob("*.py")]
    reaching = {str(path.relative_to(ROOT)) for path in sources if imported(path) & NETWORK}
    assert reaching == MAY_REACH_IT


def imported(path):
    """Names of the packages that a file imports."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]
    return {name.partition(".")[0] for name in names}
