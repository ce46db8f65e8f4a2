"""What a user can do wrong: one line that names rule, value and way out, through `python -m monai.bundle run`."""

import csv
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import torch
from PIL import Image

from common.datasets.items import read_folder
from common.networks.densenet import DenseNet121

from .conftest import TRAIN, places

EVALUATE = f"['{TRAIN}','bundles/breast_us/configs/evaluate.json']"


@pytest.fixture
def data(phantoms: Path, tmp_path: Path) -> Path:
    """A prepared data set of one's own, originals included, to spoil."""
    shutil.copytree(phantoms.parent, tmp_path / "copy")
    return tmp_path / "copy" / "data"


@pytest.fixture
def refusal(run_bundle, tmp_path, tiny):
    """Run a training that must be refused, and return the last line it prints."""

    def run(dataset: Path, *arguments: str, config: str = f"['{TRAIN}','{tiny}']") -> str:
        quick = ["--image_size", "[32,32]", "--max_epochs", "1", "--batch_size", "8"]
        finished = run_bundle(
            "--config_file", config, "--dataset_dir", str(dataset), *places(tmp_path / "out"), *quick, *arguments
        )
        assert finished.code == 1, finished.output
        assert "Traceback" not in finished.output
        return finished.output.splitlines()[-1]

    return run


def edit_index(data: Path, change) -> None:
    """Change the rows of an index the way preparation would have written them: with the hash that belongs to them."""
    from common.files import sha256

    with (data / "index.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        change(row)
    with (data / "index.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    description = json.loads((data / "dataset.json").read_text())
    description["index_sha256"] = sha256((data / "index.csv").read_bytes())
    (data / "dataset.json").write_text(json.dumps(description))


def test_no_data_set(refusal, tmp_path):
    line = refusal(tmp_path / "nothing")
    assert line.startswith("error: there is no data set at")
    assert "python scripts/prepare.py" in line


def test_a_folder_that_is_not_prepared(refusal, tmp_path):
    assert "is not prepared; run python scripts/prepare.py" in refusal(tmp_path)


def test_an_edited_index(refusal, data):
    with (data / "index.csv").open("a") as file:
        file.write("\n")
    assert "was edited after its preparation" in refusal(data)


def test_a_class_that_the_configuration_lacks(refusal, data):
    line = refusal(data, "--class_names", "['benign','cancer']")
    assert "has the class 'malignant', class_names are ['benign', 'cancer']" in line


def test_a_fold_out_of_range(refusal, data):
    assert "fold '7' does not exist: this data set has 0, 1, 2, 3, 4" in refusal(data, "--fold", "7")


def test_an_empty_fold(refusal, data):
    edit_index(data, lambda row: row.update(exclude="spoilt" if row["fold"] == "0" else ""))
    assert "fold '0' does not exist" in refusal(data)


def test_a_fold_with_one_class(refusal, data):
    def keep_benign(row):
        if row["fold"] == "0" and row["label"] == "malignant":
            row["exclude"] = "spoilt"

    edit_index(data, keep_benign)
    assert "its test part has no 'malignant'" in refusal(data)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda path: path.write_bytes(b""), "the file is empty (0 bytes)"),
        (lambda path: path.write_bytes(path.read_bytes()[:2000]), "damaged or truncated"),
        (lambda path: Image.new("L", (1, 1)).save(path), "at least 8 x 8 pixels, this one 1 x 1"),
        (lambda path: path.unlink(), "cannot be opened"),
    ],
    ids=["zero bytes", "truncated", "1x1", "gone"],
)
@pytest.mark.parametrize("workers", ["0", "1"])
def test_an_image_that_cannot_be_read(refusal, data, spoil, says, workers):
    for path in (data.parent / "original" / "Images").iterdir():
        spoil(path)
    line = refusal(data, "--num_workers", workers)
    assert line.startswith("error: /")
    assert says in line


def test_weights_of_another_network(refusal, data, tmp_path):
    torch.save(DenseNet121().state_dict(), tmp_path / "densenet.pth")
    line = refusal(data, "--pretrained", str(tmp_path / "densenet.pth"), config=TRAIN)
    assert "must be of the backbone, resnet50;" in line
    assert "holds densenet121: give --backbone densenet121" in line


@pytest.mark.parametrize(
    ("knob", "value", "says"),
    [
        ("--backbone", "resnet51", "backbone is one of resnet50, resnet50_keras, densenet121"),
        ("--precision", "half", "precision is one of auto, fp32, bf16; got 'half'"),
        ("--window", "brain", "a CT window needs Hounsfield units, which PNG, JPEG and NPY do not carry; got 'brain'"),
        ("--window", "brian", "window is one of none, brain, subdural, bone, lung, abdomen; got 'brian'"),
        ("--pretrained", "radimagenet", "pretrained is radimagenet, whose resnet50 is not imported"),
    ],
)
def test_a_value_outside_its_list(refusal, data, knob, value, says):
    assert says in refusal(data, knob, value, config=TRAIN)


@pytest.fixture
def full_disk(tmp_path):
    """A disk of 64 KiB at the place where runs are written."""
    (tmp_path / "out").mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", tmp_path / "out"], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"cannot mount a small disk here: {mounted.stderr.decode().strip()}")
    yield tmp_path / "out"
    subprocess.run(["umount", tmp_path / "out"], check=True)


def test_no_space_left(refusal, data, full_disk):
    line = refusal(data, config=TRAIN)
    assert line.startswith("error: no space left to write")
    assert line.endswith("free some, then run the same command again")
    assert not [path for path in full_disk.rglob("*") if path.suffix in (".tmp", ".pt", ".ckpt")]


def test_a_loss_that_is_not_finite(refusal, data):
    line = refusal(data, "--learning_rate", "1e30", "--max_epochs", "3")
    assert "a loss must be finite; it is nan" in line
    assert ".png" in line


def test_evaluation_before_training(refusal, data):
    assert "no trained model in" in refusal(data, config=EVALUATE)


@pytest.mark.parametrize(
    ("knob", "value", "says"),
    [
        ("--batch_size", "0", "batch_size is a whole number from 1; got 0"),
        ("--batch_size", "abc", "batch_size is a whole number from 1; got 'abc'"),
        ("--learning_rate", "-1", "learning_rate is a number from 0; got -1"),
        ("--max_epochs", "1.5", "max_epochs is a whole number from 1; got 1.5"),
        ("--image_size", "32", "image_size is [height, width], each from 32 for resnet50; got 32"),
        ("--image_size", "[16,32]", "each from 32 for resnet50; got [16, 32]"),
        ("--backbone", "inception_v3", "image_size is [height, width], each from 75 for inception_v3; got [32, 32]"),
        ("--seed", "-1", "seed is a whole number from 0; got -1"),
        ("--num_workers", "-1", "num_workers is a whole number from 0; got -1"),
        ("--val_interval", "5", "val_interval is at most max_epochs, else no model is ever chosen; got 5 of 1"),
        ("--patience", "0", "patience is a whole number from 1; got 0"),
        ("--device", "tpu9", "device is cpu, cuda or cuda:N; got 'tpu9'"),
        ("--device", "mps", "device is cpu, cuda or cuda:N; got 'mps'"),
        ("--backbone", "@seed", "backbone is one of resnet50, "),
        ("--ckpt_dir", "5", "ckpt_dir is a folder, as a text; got 5: give --ckpt_dir FOLDER"),
        (
            "--learning_rate",
            "$1/0",
            "--learning_rate is a value, or an expression that gives one; got '$1/0' (division",
        ),
        ("--class_names", "['benign','benign']", "class_names is two different names, each a text, for a binary"),
        ("--task", "regression", "task is one of binary, multiclass, multilabel; got 'regression'"),
        ("--task", "multilabel", "a label of a multilabel task is {'benign': '1, 0 or empty', "),
    ],
)
def test_a_knob_that_cannot_take_a_value(refusal, data, knob, value, says):
    assert says in refusal(data, knob, value)


def test_a_folder_without_a_name_and_a_run_that_is_not_there(refusal, data):
    assert "output_dir is a folder, as a text; got no value: give --output_dir FOLDER" in refusal(data, "--output_dir")
    for arguments in (["--run_id", "foo"], ["--tensorboard=false", "foo"]):
        assert "an id of this configuration, `run` unless given; got 'foo'" in refusal(data, *arguments)


def test_a_folder_that_cannot_be_written_is_found_before_training(refusal, data, tmp_path):
    (tmp_path / "file").touch()
    line = refusal(data, "--output_dir", str(tmp_path / "file" / "eval"))
    assert line.startswith("error: cannot write")


def test_a_data_set_of_one_class(refusal, data):
    edit_index(data, lambda row: row.update(label="benign"))
    assert "its train part has no 'malignant': add images of that class" in refusal(data)


def test_evaluation_on_another_fold_than_the_trained(run_bundle, refusal, data, tiny, tmp_path):
    quick = ["--image_size", "[32,32]", "--max_epochs", "1", "--batch_size", "8"]
    config = f"['{TRAIN}','{tiny}']"
    run_bundle("--config_file", config, "--dataset_dir", str(data), *places(tmp_path / "out"), *quick)
    evaluate = f"['{TRAIN}','bundles/breast_us/configs/evaluate.json','{tiny}']"
    line = refusal(data, "--fold", "1", config=evaluate)
    assert "a model is used as it was trained, with fold 0; got 1: leave out --fold" in line


def test_each_file_of_a_folder_has_its_row_and_its_true_reason(run_bundle, trained_bundle, tmp_path):
    folder, long = tmp_path / "images", "l" * 240 + ".png"
    (folder / "x.png").mkdir(parents=True)
    for name in ("good.png", long, "x.png/inside.png", os.fsdecode(b"M\xfcller.png")):
        Image.effect_noise((64, 48), 50).save(folder / name)
    (folder / "zero.png").touch()
    (folder / "loop.png").symlink_to("loop.png")
    os.mkfifo(folder / "pipe.png")
    where = ["--bundle_root", str(trained_bundle), "--dataset_dir", str(folder), "--output_dir", str(tmp_path)]
    config = str(trained_bundle / "configs" / "inference.json")
    finished = run_bundle("--config_file", config, *where, "--num_workers", "0", "--saliency")
    assert finished.code == 1
    assert "error: 4 of 7 files were refused" in finished.output.splitlines()[-1]
    with (tmp_path / "inference" / "predictions.csv").open() as file:
        assert [row["image"] for row in csv.DictReader(file)] == ["good.png", long, "x.png/inside.png"]
    with (tmp_path / "inference" / "refused.csv").open() as file:
        reasons = {row["image"]: row["reason"] for row in csv.DictReader(file)}
    says = {
        r"M\xfcller.png": "is UTF-8",
        "loop.png": "cannot be opened (Too many levels of symbolic links)",
        "pipe.png": "got a named pipe",
        "zero.png": "the file is empty (0 bytes)",
    }
    assert reasons.keys() == says.keys()
    assert all(says[image] in reason for image, reason in reasons.items())
    pictures = [path.name for path in (tmp_path / "inference" / "saliency").rglob("*.png") if path.is_file()]
    assert {"good.png.png", "inside.png.png"} < set(pictures)
    assert len(pictures) == 3


def test_a_file_that_may_not_be_looked_at_is_still_listed(tmp_path, monkeypatch):
    """In a folder that may be read but not searched, to ask what a file is fails; root, as in a container, may."""

    def denied(path):
        if path.name == "a.png":
            raise PermissionError(13, "Permission denied")
        return is_dir(path)

    is_dir = Path.is_dir
    (tmp_path / "a.png").touch()
    monkeypatch.setattr(Path, "is_dir", denied)
    assert [item["image"] for item in read_folder(tmp_path)] == [str(tmp_path / "a.png")]
