"""A small download in RadImageNet's layout, and the store of it."""

import pytest

from common.phantoms import radimagenet
from common.pretraining.build import How
from common.pretraining.radimagenet import list_radimagenet
from common.pretraining.store import build_store

HOW = How(image_size=(32, 32), workers=1, shard_images=64)


@pytest.fixture(scope="session")
def download(tmp_path_factory):
    out = tmp_path_factory.mktemp("radimagenet") / "phantoms"
    radimagenet.write(out, patients=33, seed=0, difficulty=0.0)
    return out


@pytest.fixture(scope="session")
def store(download, tmp_path_factory):
    """A finished store of it, not to be changed."""
    folder = tmp_path_factory.mktemp("store") / "data"
    build_store(list_radimagenet(download), folder, HOW)
    return folder
