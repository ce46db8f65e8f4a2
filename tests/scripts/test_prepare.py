import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from common.datasets.prepared import read_prepared
from common.phantoms import busbra, radimagenet

SCRIPT = Path(__file__).parents[2] / "scripts/prepare.py"


@pytest.fixture(scope="module")
def phantoms(tmp_path_factory):
    """A small download in BUS-BRA's layout."""
    root = tmp_path_factory.mktemp("download") / "busbra"
    busbra.write(root, patients=20, seed=0, difficulty=0.2)
    return root


def test_it_prepares_from_any_folder_and_says_what_it_found(phantoms, tmp_path):
    words = [sys.executable, SCRIPT, "busbra", phantoms, "--out", "data/a"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("SYNTHETIC, phantoms in the layout of BUS-BRA")
    assert "fold 4: " in done.stdout
    assert "patients in train and valid" in done.stdout
    assert done.stderr == ""
    assert read_prepared(tmp_path / "data/a").synthetic


def test_again_is_fine_and_another_set_needs_replace(command, phantoms, tmp_path):
    out = tmp_path / "a"
    assert command("busbra", phantoms, "--out", out)[0] == 0
    assert command("busbra", phantoms, "--out", out)[0] == 0
    other = tmp_path / "other"
    busbra.write(other, patients=20, seed=1, difficulty=0.2)
    code, _, errors = command("busbra", other, "--out", out)
    assert (code, errors.count("\n")) == (1, 1)
    assert "holds another data set" in errors
    assert command("busbra", other, "--out", out, "--replace")[0] == 0


@pytest.fixture
def empty_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("empty_folder")
@pytest.mark.parametrize(
    ("dataset", "source", "message"),
    [
        ("bus-bra", ".", "error: no data set is called 'bus-bra': did you mean 'busbra'? There are busbra, busi, "),
        ("busbra", "nowhere", "error: there is no folder nowhere: download BUS-BRA from"),
        ("busbra", ".", "error: . is not BUS-BRA as published: bus_data.csv is missing"),
        ("busi", ".", "error: . is not BUSI as published: Dataset_BUSI_with_GT/benign is missing"),
    ],
)
def test_a_mistake_is_one_line(command, dataset, source, message):
    code, output, errors = command(dataset, source, "--out", "data")
    assert (code, output, errors.count("\n")) == (1, "", 1)
    assert errors.startswith(message)


@pytest.fixture
def mine(tmp_path):
    """Images of ten patients under names of their own, and a table."""
    (tmp_path / "images").mkdir()
    lines = ["file;finding;who"]
    for number in range(20):
        noise = np.random.default_rng(number).integers(0, 256, (20, 20), dtype=np.uint8)
        Image.fromarray(noise).save(tmp_path / f"images/x{number}.png")
        lines.append(f"x{number}.png;{'Cyst' if number % 4 < 2 else 'none'};{number // 2}.0")
    (tmp_path / "labels.csv").write_text("\n".join([*lines, "x99.png;Cyst;99"]), encoding="utf-8-sig")
    return tmp_path


def test_a_table_is_prepared_and_says_what_it_left_out(command, mine):
    words = ("table", mine / "labels.csv", "--images", mine / "images", "--image", "file", "--label", "finding")
    code, dry, _ = command(*words, "--patient", "who", "--out", mine / "data", "--dry-run")
    assert code == 0
    assert not (mine / "data").exists()
    code, output, errors = command(*words, "--patient", "who", "--out", mine / "data")
    assert (code, errors) == (0, "")
    assert output.splitlines()[:-1] == dry.splitlines()[:-1]
    assert dry.splitlines()[-1] == "a dry run: nothing was written"
    assert output.startswith("images: 20 images of 10 patients: 10 Cyst, 10 none\n")
    assert "in left_out.csv, line: names no image: 1" in output
    assert (mine / "data/left_out.csv").read_text() == "what,where,reason\nline,22,names no image\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("folder", "images"), "error: images has images, and no folder per class"),
        (("dicom", "images", "--unlabelled"), "error: images has no images that can be read (DICOM)"),
        (("table", "labels.csv"), "error: a table is joined to the images of a folder: give it, --images DIR"),
        (
            ("table", "labels.csv", "--images", "images", "--label", "find"),
            "error: labels.csv has no column 'find': did",
        ),
        (
            ("folder", "images", "--label", "x"),
            "error: --label is for table, dicom, and has no effect on folder: leave it",
        ),
        (
            ("busbra", "images", "--clips", "3"),
            "error: --clips is for folder, table, dicom, and has no effect on busbra",
        ),
        (
            ("table", "labels.csv", "--task", "x"),
            "error: --task is for published data sets, and has no effect on table",
        ),
        (("busbra", "images", "--task", "x"), "error: --task is not given for busbra, which has one problem; got 'x'"),
        (
            ("busi", "images", "--as-published"),
            "error: there is no form as published of busi: leave --as-published out",
        ),
    ],
)
def test_a_mistake_with_ones_own_images_is_one_line(command, mine, monkeypatch, words, message):
    monkeypatch.chdir(mine)
    code, output, errors = command(*words, "--out", "data")
    assert (code, output, errors.count("\n")) == (1, "", 1)
    assert errors.startswith(message)


def test_help_shows_an_example(command):
    code, output, _ = command("--help")
    assert code == 0
    assert "example: python scripts/prepare.py busbra" in output


def test_a_store_is_written_at_the_size_asked_for(phantoms, tmp_path, command):
    code, said, _ = command("busbra", phantoms, "--out", tmp_path / "a", "--store", "--image-size", "[32,40]")
    assert code == 0
    assert f"store: {tmp_path / 'a' / 'store.npy'}" in said
    assert np.load(tmp_path / "a" / "store.npy", mmap_mode="r").shape[1:] == (32, 40)
    code, _, errors = command("busbra", phantoms, "--out", tmp_path / "b", "--store", "--image-size", "224")
    assert code == 2
    assert "such as 224,224; got '224'" in errors


def test_it_also_writes_a_bundle_and_says_how_to_train_it(phantoms, elsewhere, command):
    words = ("busbra", phantoms, "--out", elsewhere / "data/mine", "--bundle", "mine")
    code, said, _ = command(*words, "--dry-run")
    assert (code, (elsewhere / "bundles/mine").exists()) == (0, False)
    code, said, _ = command(*words)
    assert code == 0
    assert "python -m monai.bundle run --config_file bundles/mine/configs/train.json\n" in said
    assert (elsewhere / "bundles/mine/configs/train.json").is_file()
    code, _, errors = command(*words)
    assert code == 1
    assert "a new bundle has a new folder" in errors


def test_a_store_to_pretrain_on_is_built_from_lists_and_says_what_it_left_out(command, tmp_path):
    radimagenet.write(tmp_path / "rin", patients=11, seed=0, difficulty=0.0)
    words = ("radimagenet", tmp_path / "rin", "--out", tmp_path / "store", "--image-size", "32,32", "--workers", 1)
    code, output, errors = command(*words)
    assert (code, errors) == (0, "")
    assert output.startswith("SYNTHETIC, phantoms in the layout of RadImageNet: ")
    assert "in left_out.csv, line: no such file: 1\n" in output
    assert "published: 1,350,000 images, rounded, in 165 classes\n" in output


def test_prepared_sets_are_united(command, phantoms, tmp_path):
    assert command("busbra", phantoms, "--out", tmp_path / "a")[0] == 0
    code, output, _ = command("union", tmp_path / "a", "--out", tmp_path / "mini", "--image-size", "32,32")
    assert code == 0
    assert "images in 2 classes" in output
    assert "--image_size '[32, 32]' --class_names '['\"'\"'busbra: benign'\"'\"', " in output
    assert (tmp_path / "mini/store.json").is_file()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("busbra", ".", "."), "error: busbra has one SOURCE, got 2: several are for union"),
        (("union", ".", "--dry-run"), "error: --dry-run is for folder, table, dicom, published data sets, and has no "),
        (
            ("union", ".", "--as-published"),
            "error: --as-published is for radimagenet, published data sets, and has no ",
        ),
        (("busbra", ".", "--workers", "2"), "error: --workers is for radimagenet, union, and has no effect on busbra"),
        (("radimagenet", ".", "--window", "brain"), "error: RadImageNet's images carry no Hounsfield units: "),
        (("radimagenet", "."), "error: . is not RadImageNet as published: RadiologyAI_train.csv is missing"),
    ],
)
@pytest.mark.usefixtures("empty_folder")
def test_what_a_store_cannot_be_built_from_is_one_line(command, words, message):
    code, _, errors = command(*words, "--out", "data")
    assert (code, errors.count("\n")) == (1, 1)
    assert errors.startswith(message)
