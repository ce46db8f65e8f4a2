"""The command line of `python -m monai.bundle run`, and what becomes of errors under it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from common.bundles import bundle_root, head, trained
from common.commands import INTERRUPTED
from common.errors import ConfigError

from .conftest import ROOT, TRAIN, places


def test_a_bundles_root_is_relative_where_it_can_be(monkeypatch, tmp_path):
    monkeypatch.chdir(ROOT)
    assert bundle_root("breast_us") == str(Path("bundles/breast_us"))
    monkeypatch.chdir(tmp_path)
    assert bundle_root("breast_us") == str(ROOT / "bundles" / "breast_us")


def test_a_setting_is_the_trained_models_or_else_what_will_be_trained(tmp_path):
    root = str(ROOT / "bundles" / "breast_us")
    assert trained("image_size", root, str(tmp_path)) == head(ROOT / TRAIN)["image_size"]
    (tmp_path / "model.json").write_text(json.dumps({"image_size": [64, 96]}))
    assert trained("image_size", root, str(tmp_path)) == [64, 96]
    with pytest.raises(ConfigError, match="a setting of a model is one of image_size; got 'size'"):
        trained("size", root, str(tmp_path))


def test_a_program_that_loads_a_bundle_keeps_its_exception_hook():
    from common.bundles import check_command_line

    before = sys.excepthook
    check_command_line()
    assert sys.excepthook is before


def test_ctrl_c_is_one_line_from_the_import_on():
    program = (
        "import sys; from importlib.machinery import ModuleSpec; "
        "sys.modules['__main__'].__spec__ = ModuleSpec('monai.bundle.__main__', None); "
        "import common; raise KeyboardInterrupt"
    )
    finished = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == INTERRUPTED
    assert finished.stderr == "interrupted: the same command continues this run\n"


@pytest.mark.parametrize(
    ("argument", "nearest"),
    [
        ("--max_epochz", "max_epochs"),
        ("--batchsize=4", "batch_size"),
        ("--train::trainer::max_epoch", "train::trainer::max_epochs"),
        ("--learning-rat", "learning_rate"),
    ],
)
def test_a_mistyped_key_stops_the_run_and_names_the_nearest(run_bundle, argument, nearest):
    finished = run_bundle("--config_file", TRAIN, argument, "3")
    assert finished.code == 1
    assert f"did you mean --{nearest}?" in finished.output.splitlines()[-1]
    assert finished.output.splitlines()[-1].startswith("error: --")


def test_keys_of_an_args_file_are_checked_too(run_bundle, tmp_path):
    (tmp_path / "args.json").write_text(json.dumps({"config_file": str(ROOT / TRAIN), "max_epochz": 3}))
    finished = run_bundle("--args_file", str(tmp_path / "args.json"))
    assert "did you mean --max_epochs?" in finished.output.splitlines()[-1]


def test_head_keys_existing_ids_and_monais_own_arguments_pass(run_bundle, phantoms, tiny, tmp_path):
    finished = run_bundle(
        "--config_file", f"['{TRAIN}','{tiny}']", "--dataset_dir", str(phantoms), *places(tmp_path),
        "--image_size", "[32,32]", "--max_epochs=1", "--train::dataloader::batch_size", "8", "--run_id", "run",
        "--logging_file", "bundles/breast_us/configs/logging.conf", "--tensorboard",
    )  # fmt: skip
    assert finished.code == 0, finished.output
    assert list((tmp_path / "eval" / "tensorboard").iterdir())
