import sys
import zipfile
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from common.verify import run as runner
from tests.verify.conftest import export, honest, weights  # noqa: F401  fixtures

SCRIPT = Path(__file__).parents[2] / "scripts/verify.py"


@pytest.fixture
def spoiled(honest, tmp_path):  # noqa: F811
    """A zip of a bundle that would run a program."""
    bundle = export(tmp_path / "evil_classification", ("__init__.py",))
    bundle.set("run 0", "$__import__('os').system('touch /tmp/ran')")
    bundle.seal()
    return bundle.zipped()


@pytest.fixture
def images(tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    for number in range(3):
        pixels = np.random.default_rng(number).integers(0, 255, (80, 60), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    return folder


def test_a_verdict_and_its_reasons_are_a_line_each(command, honest, spoiled):  # noqa: F811
    assert command(honest.folder) == (0, "breast_us_classification: sound\n  note: no weights here\n", "")
    code, output, _ = command(spoiled)
    assert code == 1
    assert output.startswith("evil_classification: refused\n  configs/inference.json: run::0: ")
    assert "__import__ is not on the list" in output


def test_a_zip_that_would_write_elsewhere_is_refused_before_it_is_unpacked(command, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("../x", b"")
    code, output, _ = command(tmp_path / "a.zip")
    assert code == 1
    assert output.startswith("refused\n")
    assert "would write outside its folder" in output


def test_a_refused_bundle_runs_only_if_it_is_trusted(command, spoiled, images, monkeypatch, tmp_path):
    ran = []
    monkeypatch.setattr(
        runner, "run_workflow", lambda folder, workflow, **more: ran.append((folder.name, workflow)) or 0
    )
    words = (spoiled, "--run", "inference", "--dataset_dir", images, "--out", tmp_path / "out")
    assert command(*words)[0] == 1
    assert ran == []
    assert command(*words, "--trust")[0] == 0
    assert ran == [("evil_classification", "inference")]


def test_a_bundle_that_changes_while_it_is_looked_at_does_not_run(command, honest, images, monkeypatch):  # noqa: F811
    from common.verify import inspect as module

    answers = iter([([], []), (["a: changed"], [])])
    monkeypatch.setattr(module, "inspect", lambda folder: module.Verdict(*next(answers)))
    monkeypatch.setattr(runner, "run_workflow", None)
    code, output, _ = command(honest.folder, "--run", "inference", "--dataset_dir", images)
    assert code == 1
    assert "the bundle changed while it was looked at: a: changed" in output


@pytest.mark.slow
def test_a_sound_bundle_runs_from_its_own_folder_with_its_own_code(command, weights, images, tmp_path):  # noqa: F811
    bundle = export(tmp_path / "breast_us_classification", ())
    torch.save(weights, bundle.folder / "models/model.pt")
    bundle.seal()
    before = sorted(bundle.folder.rglob("*"))
    code, output, _ = command(bundle.folder, "--run", "inference", "--dataset_dir", images, "--out", tmp_path / "out")
    assert (code, output.splitlines()[-1]) == (0, f"results: {tmp_path / 'out'}")
    assert len((tmp_path / "out/inference/predictions.csv").read_text().splitlines()) == 4
    assert sorted(bundle.folder.rglob("*")) == before


def test_the_zoos_checks_count(command, honest, spoiled, monkeypatch):  # noqa: F811
    zoo = ModuleType("common.zoo")
    checks = [
        SimpleNamespace(name="metadata", passed=True, reason=""),
        SimpleNamespace(name="size", passed=False, reason="too big"),
    ]
    zoo.zoo_checks = lambda folder: checks
    monkeypatch.setitem(sys.modules, "common.zoo", zoo)
    code, output, _ = command(honest.folder, "--zoo")
    assert (code, output.splitlines()[-2:]) == (1, ["  zoo: metadata: passed", "  zoo: size: too big"])
    checks.pop()
    assert command(honest.folder, "--zoo")[0] == 0
    zoo.zoo_checks = None
    assert command(spoiled, "--zoo")[0] == 1  # they would run it


def test_a_mistake_is_one_line(command, tmp_path):
    code, _, errors = command(tmp_path / "none")
    assert (code, errors.count("\n")) == (1, 1)
    assert errors.startswith("error: a bundle is a folder or a zip of one")
    assert command()[0] == 2
    assert command(tmp_path, "--run", "inference")[0] == 2


def test_what_it_is_run_on_is_a_folder(command, honest, tmp_path):  # noqa: F811
    code, _, errors = command(honest.folder, "--run", "inference", "--dataset_dir", tmp_path / "none")
    assert code == 1
    assert errors.startswith("error: --dataset_dir is a folder")


def test_a_bundle_of_the_repository_is_run_as_ever(command, images):
    code, _, errors = command(SCRIPT.parents[1] / "bundles/breast_us", "--run", "inference", "--dataset_dir", images)
    assert code == 1
    assert errors.startswith("error: --run is for a bundle by itself")


def test_help_shows_an_example(command):
    code, output, _ = command("--help")
    assert code == 0
    assert "example: python scripts/verify.py dist/breast_us_classification.zip --run inference" in output
