"""One training on two processes, as torchrun starts them: the overlay with two bundles, on gloo."""

import json
import os
import signal
import subprocess
import sys

import pytest
import torch

from .conftest import ROOT, TRAIN, built_store, places

pytestmark = pytest.mark.slow

PRETRAIN = "bundles/radimagenet_pretrain/configs/train.json"
OVERLAY = "common/overlays/multi_gpu.json"

FREEZE = (
    "$[parameter.requires_grad_(False) for norm in @network.modules() "
    "if isinstance(norm, torch.nn.BatchNorm2d) for parameter in norm.parameters()]"
)
"""First thing of a run: batch norms keep their statistics, which are otherwise those of a process's own share."""

PLAIN = {
    "_target_": "monai.networks.nets.Classifier",
    "in_shape": [1, 32, 32],
    "classes": "$len(@class_names)",
    "channels": [4, 8],
    "strides": [2, 2],
}
"""A network without batch norm and dropout."""


def torchrun(files, *arguments):
    """Run two processes on the files and the overlay; return the exit code and what was said."""
    command = [sys.executable, "-W", "ignore", "-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2"]
    run = ["-m", "monai.bundle", "run", "--config_file", str([*files, OVERLAY])]
    finished = subprocess.run(
        [*command, *run, *arguments],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
    )
    return finished.returncode, finished.stdout


def knobs(**given):
    return [word for key, value in given.items() for word in (f"--{key}", str(value))]


def overlay(folder, **content):
    path = folder / "overlay.json"
    path.write_text(json.dumps(content))
    return str(path)


def history(folder):
    return json.loads((folder / "eval" / "run.json").read_text())["history"]


def assert_close(one, two):
    left, right = (torch.load(its / "models" / "model.pt", weights_only=True) for its in (one, two))
    assert left.keys() == right.keys()
    for name, tensor in left.items():
        torch.testing.assert_close(tensor, right[name], rtol=1e-5, atol=1e-5, msg=name)


@pytest.fixture(scope="module")
def resnet(run_bundle, store, tmp_path_factory):
    """The folder of a short pretraining, whose batch norms have seen images."""
    folder = tmp_path_factory.mktemp("resnet")
    small = knobs(image_size=[32, 32], max_epochs=1, warmup_epochs=0, batch_size=32, learning_rate=0.01, num_workers=0)
    finished = run_bundle(
        "--config_file", PRETRAIN, "--dataset_dir", str(store), *places(folder), *small, "--precision", "fp32"
    )
    assert finished.code == 0, finished.output
    return folder


def test_two_processes_pretrain_as_one_does_where_batch_norms_are_frozen(run_bundle, store, resnet, tmp_path):
    frozen = overlay(tmp_path, run=[FREEZE, "$@train::trainer.run()"])
    small = knobs(
        dataset_dir=store, pretrained=resnet / "models" / "model.pt", dropout=0.0, image_size=[32, 32], max_epochs=1,
        warmup_epochs=0, batch_size=64, accumulation=2, ema=0.5, learning_rate=0.01, num_workers=0, precision="fp32",
    )  # fmt: skip
    one, two = tmp_path / "one", tmp_path / "two"
    finished = run_bundle("--config_file", f"['{PRETRAIN}','{frozen}']", *small, *places(one))
    assert finished.code == 0, finished.output
    code, said = torchrun([PRETRAIN, frozen], *small, *places(two))
    assert code == 0, said
    assert_close(one, two)
    for left, right in zip(history(one), history(two), strict=True):
        assert left["train_loss"] == pytest.approx(right["train_loss"], rel=1e-5)
        assert {key: left[key] for key in left if "val_" in key} == pytest.approx(
            {key: right[key] for key in left if "val_" in key}, rel=1e-5, abs=1e-5
        )


def test_two_processes_train_any_bundle_as_one_does_and_the_first_alone_speaks(run_bundle, phantoms, tmp_path):
    """Two processes leave out what makes no whole batch; so does one here."""
    one, two = tmp_path / "one", tmp_path / "two"
    small = knobs(
        dataset_dir=phantoms, image_size=[32, 32], max_epochs=2, batch_size=8, num_workers=0, precision="fp32"
    )
    # Adam makes a whole step of a gradient that is rounding alone, such as that of a bias before a norm.
    plain = overlay(
        tmp_path, network_def=PLAIN, **{"train::dataloader::drop_last": True, "optimizer::_target_": "torch.optim.SGD"}
    )
    finished = run_bundle("--config_file", f"['{TRAIN}','{plain}']", *small, *places(one))
    assert finished.code == 0, finished.output
    code, said = torchrun([TRAIN, plain], *small, *places(two), "--tensorboard", "true")
    assert code == 0, said
    assert_close(one, two)
    assert said.count("epoch 2/2:") == 1
    assert len(list((two / "eval" / "tensorboard").rglob("events*"))) == 2  # the trainer's and the validator's


def test_with_batch_norm_the_loss_falls_and_two_processes_continue_what_one_began(run_bundle, store, tmp_path):
    small = knobs(
        dataset_dir=store, image_size=[32, 32], max_epochs=3, warmup_epochs=1, batch_size=32, learning_rate=0.005,
        ema=0.5, state_interval=1, num_workers=0, precision="fp32",
    )  # fmt: skip
    killed = run_bundle("--config_file", PRETRAIN, *small, *places(tmp_path), signal_when=(signal.SIGKILL, "epoch 1/3"))
    assert killed.code == -signal.SIGKILL
    code, said = torchrun([PRETRAIN], *small, *places(tmp_path))
    assert code == 0, said
    assert "continues after epoch" in said
    assert not (tmp_path / "runs").exists()
    losses = [epoch["train_loss"] for epoch in history(tmp_path)]
    assert losses[-1] < losses[0]
    assert all(torch.isfinite(tensor).all() for tensor in torch.load(tmp_path / "models" / "model.pt").values())


def test_processes_with_different_data_are_refused_in_one_line(store, tiny, tmp_path):
    other = built_store(tmp_path, seed=2)
    by_process = f"$['{store}', '{other}'][int(os.environ['LOCAL_RANK'])]"
    small = knobs(dataset_dir=by_process, image_size=[32, 32], max_epochs=2, warmup_epochs=1, batch_size=32)
    code, said = torchrun([PRETRAIN, tiny], *small, *places(tmp_path))
    assert code == 1
    (line,) = [line for line in said.splitlines() if "error: " in line]
    assert "error: all processes train on the same; the images to train on of process 0 is " in line
    assert not (tmp_path / "models").exists()


def test_the_overlay_without_torchrun_and_an_uneven_batch_are_refused(run_bundle, store, tiny, tmp_path):
    files = f"['{PRETRAIN}','{tiny}','{OVERLAY}']"
    finished = run_bundle("--config_file", files, "--dataset_dir", str(store), *places(tmp_path))
    assert "error: multi_gpu.json is for processes that torchrun starts" in finished.output
    code, said = torchrun([PRETRAIN, tiny], *knobs(dataset_dir=store, image_size=[32, 32], batch_size=33))
    assert code == 1
    assert "error: batch_size is that of all processes together, a multiple of their number, 2; got 33" in said
