"""Shared by the tests of the scripts."""

import runpy
import sys

import pytest


@pytest.fixture
def command(request, monkeypatch, capsys):
    """Runs the module's `SCRIPT` in this process and returns exit code, output and errors."""
    script = request.module.SCRIPT

    def run(*words):
        monkeypatch.setattr(sys, "argv", [script.name, *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            runpy.run_path(str(script), run_name="__main__")
        return stop.value.code, *capsys.readouterr()

    return run
