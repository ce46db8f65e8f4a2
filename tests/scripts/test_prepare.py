import subprocess
import sys
from pathlib import Path

import pytest

from common.datasets.prepared import read_prepared
from common.phantoms import busbra

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
        ("bus-bra", ".", "error: no data set is called 'bus-bra': did you mean 'busbra'? There are busbra, busi\n"),
        ("busbra", "nowhere", "error: there is no folder nowhere: download BUS-BRA from"),
        ("busbra", ".", "error: . is not BUS-BRA as published: bus_data.csv is missing"),
        ("busi", ".", "error: . is not BUSI as published: Dataset_BUSI_with_GT/benign is missing"),
    ],
)
def test_a_mistake_is_one_line(command, dataset, source, message):
    code, output, errors = command(dataset, source, "--out", "data")
    assert (code, output, errors.count("\n")) == (1, "", 1)
    assert errors.startswith(message)


def test_help_shows_an_example(command):
    code, output, _ = command("--help")
    assert code == 0
    assert "example: python scripts/prepare.py busbra" in output
