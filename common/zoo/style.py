"""How the zoo wants Python to look: black, isort and flake8 at 120 columns, as its `runtests.sh` calls them."""

import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from .check import Check

TOOLS = {
    "black": ("--check", "--skip-magic-trailing-comma", "--line-length=120"),
    "isort": ("--check", "--quiet", "--profile=black", "--line-length=120"),
    "flake8": (
        "--isolated",
        "--select=B,C,E,F,N,P,T4,W,B9",
        "--max-line-length=120",
        "--ignore=E203,E501,E741,W503,W504,C408,N812,B023",
        "--per-file-ignores=__init__.py: F401, __main__.py: F401",
    ),
}
"""By tool, its arguments: https://github.com/Project-MONAI/model-zoo/blob/dev/runtests.sh, `setup.cfg` there."""


def style(folder: Path) -> list[Check]:
    """Return what each tool says of the Python that a bundle brings, in a copy: they pass over a folder `dist`."""
    with tempfile.TemporaryDirectory() as place:
        code = shutil.copytree(folder / "scripts", Path(place, "models", "scripts"))
        return [_asked(tool, code) for tool in TOOLS]


def _asked(tool: str, code: Path) -> Check:
    if find_spec(tool) is None:
        return Check(tool, "not installed here: pip install -r requirements-dev.txt")
    command = [sys.executable, "-m", tool, *TOOLS[tool], "."]
    done = subprocess.run(command, cwd=code, capture_output=True, text=True, check=False)
    lines = (done.stdout + done.stderr).strip().splitlines()
    return Check(tool, (lines[0] if lines else f"exit code {done.returncode}") if done.returncode else "")
