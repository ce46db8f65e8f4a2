"""Shared by the tests of the scripts."""

import runpy
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def elsewhere(request, tmp_path, monkeypatch):
    """The module's `SCRIPT`, in a repository of its own with one bundle, whose root is returned."""
    script = tmp_path / "scripts" / request.module.SCRIPT.name
    script.parent.mkdir()
    shutil.copy(request.module.SCRIPT, script)
    ignored = shutil.ignore_patterns("models", "eval", "runs")
    shutil.copytree(ROOT / "bundles/breast_us", tmp_path / "bundles/breast_us", ignore=ignored)
    monkeypatch.setattr(request.module, "SCRIPT", script)
    return tmp_path


@pytest.fixture
def command(request, monkeypatch, capsys):
    """Runs the module's `SCRIPT` in this process and returns exit code, output and errors."""

    def run(*words):
        script = request.module.SCRIPT
        monkeypatch.setattr(sys, "argv", [script.name, *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            runpy.run_path(str(script), run_name="__main__")
        return stop.value.code, *capsys.readouterr()

    return run
