import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def command(*words):
    line = [sys.executable, "scripts/phantoms.py", *map(str, words)]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("dataset", ["busbra", "busi", "ddti", "ct_ich", "rsna_ich"])
def test_it_writes_and_says_what_and_that_it_is_synthetic(tmp_path, dataset):
    done = command(dataset, tmp_path / "out", "--patients", 2, "--seed", 4, "--difficulty", 0.6)
    assert done.returncode == 0, done.stderr
    sidecar = json.loads((tmp_path / "out" / "phantoms.json").read_text())
    assert (sidecar["dataset"], sidecar["patients"], sidecar["seed"], sidecar["difficulty"]) == (dataset, 2, 4, 0.6)
    assert done.stdout.startswith(f"wrote {len(sidecar['images'])} SYNTHETIC images of 2 phantom patients")
    assert done.stdout.count("\n") == 1


def test_a_folder_in_use_is_refused_in_one_line(tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    done = command("busbra", tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: phantoms go into an empty or new folder")
    assert done.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_help_shows_an_example():
    assert "example: python scripts/phantoms.py busbra" in command("--help").stdout
