"""A collection of bundles of one's own, to spoil."""

import json
import shutil
from pathlib import Path

import pytest

from common.house.files import KINDS, read_config
from common.house.new import new_bundle

ROOT = Path(__file__).parents[2]
EXEMPLAR = ROOT / "bundles" / "breast_us"


@pytest.fixture
def configs():
    """The exemplar's configurations, and its metadata."""
    return {kind: read_config(EXEMPLAR / f"configs/{kind}.json") for kind in (*KINDS, "metadata")}


@pytest.fixture
def collection(tmp_path):
    """A folder with the exemplar and a sibling, `knee_mri`."""
    for part in ("configs", "docs"):
        shutil.copytree(EXEMPLAR / part, tmp_path / "bundles/breast_us" / part)
    shutil.copy(EXEMPLAR / "LICENSE", tmp_path / "bundles/breast_us")
    new_bundle(tmp_path, "knee_mri", like="breast_us")
    return tmp_path


@pytest.fixture
def change(collection):
    """Changes a configuration of a bundle in place, and writes it laid out as the house does."""
    from common.house.formatting import formatted

    def apply(kind, edit, *, bundle="knee_mri"):
        path = collection / "bundles" / bundle / "configs" / f"{kind}.json"
        config = json.loads(path.read_text())
        edit(config)
        path.write_text(formatted(config))

    return apply
