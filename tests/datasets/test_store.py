"""The store gives what the originals give, and nothing else."""

import errno
import json
import os
import shutil

import numpy as np
import pytest
import torch
from monai.transforms import Compose, Resized

from common.datasets.items import read_items
from common.datasets.prepared import STORE, STORE_CARD, read_prepared, write_prepared
from common.datasets.store import find_store, write_store
from common.errors import DatasetError, StorageError
from common.io import ReadImaged

NAMES = ["benign", "malignant"]
SIZE = [40, 48]
HALF_A_LEVEL = 0.5 / 255


@pytest.fixture
def data(phantoms, tmp_path):
    """A prepared data set of one's own."""
    shutil.copytree(phantoms.parent, tmp_path / "copy")
    return read_prepared(tmp_path / "copy" / "data")


def items(data, **asked):
    return read_items(data.folder, NAMES, fold=0, part="test", **asked)


def images(found):
    chain = Compose([ReadImaged("image"), Resized("image", SIZE, mode="area")])
    return [chain(item)["image"] for item in found]


def test_an_image_from_the_store_is_the_original_to_half_a_grey_level(data):
    write_store(data, image_size=SIZE, window="none")
    stored, original = items(data, image_size=SIZE), items(data)
    assert all("stored" in item for item in stored)
    assert not any("stored" in item for item in original)
    for one, other in zip(images(stored), images(original), strict=True):
        assert one.shape == (1, *SIZE)
        assert one.dtype == torch.float32
        assert torch.allclose(one, other.as_tensor(), atol=HALF_A_LEVEL * 1.001)


def test_an_excluded_image_is_black(data):
    rows = [{**row, "exclude": "unreadable" if n == 3 else ""} for n, row in enumerate(data.rows)]
    changed = write_prepared(data.folder, description=data.description, root=data.root, rows=rows)
    array = np.load(write_store(changed, image_size=SIZE, window="none"))
    assert array.dtype == np.uint8
    assert [position for position, image in enumerate(array) if not image.any()] == [3]


def test_another_size_or_window_is_refused(data):
    write_store(data, image_size=SIZE, window="none")
    with pytest.raises(DatasetError, match=r"image_size \[40, 48\], this run asks for \[64, 64\]: ask for the same"):
        items(data, image_size=[64, 64])
    with pytest.raises(DatasetError, match=r"window none, this run asks for brain"):
        items(data, image_size=SIZE, window="brain")


def test_another_index_removes_the_store(data):
    write_store(data, image_size=SIZE, window="none")
    rows = [{**row, "device": "another"} for row in data.rows]
    changed = write_prepared(data.folder, description=data.description, root=data.root, rows=rows)
    assert find_store(changed, image_size=SIZE, window="none") is None
    assert not (data.folder / STORE).exists()


def test_a_full_disk_leaves_no_store(data, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = sorted(path.name for path in data.folder.iterdir())
    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(StorageError, match=r"cannot write .*store\.npy \(No space left on device\): free some space"):
        write_store(data, image_size=SIZE, window="none")
    assert sorted(path.name for path in data.folder.iterdir()) == before


def test_what_it_is_of_stands_beside_it(data):
    write_store(data, image_size=SIZE, window="none")
    card = json.loads((data.folder / STORE_CARD).read_text())
    assert card == {"index_sha256": data.index_sha256, "image_size": SIZE, "window": "none"}
