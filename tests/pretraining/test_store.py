"""A store holds what the network would get from the files; what takes no part is named; a stopped build goes on."""

import csv
import errno
import hashlib
import json
import os
import shutil

import numpy as np
import pytest
from monai.transforms import Compose, Resized

from common.datasets.left_out import NAME as LEFT_OUT
from common.datasets.reading import read_fingerprints
from common.errors import DatasetError, StorageError
from common.io import ReadImaged
from common.pretraining import ShardedDataset, build
from common.pretraining.build import How
from common.pretraining.card import CARD, SHARDS, read_card
from common.pretraining.pictures import Picture, Source
from common.pretraining.radimagenet import list_radimagenet
from common.pretraining.shards import read_lines
from common.pretraining.store import build_store

from .conftest import HOW


@pytest.fixture
def copy(store, tmp_path):
    shutil.copytree(store, tmp_path / "copy")
    return tmp_path / "copy"


def lines(folder):
    return [line for number in range(len(read_card(folder).shards)) for line in read_lines(folder, number)]


def bytes_of(folder):
    return {
        path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "verified.json"
    }


def test_an_image_is_what_the_network_gets_from_its_file(store, download):
    chain = Compose([ReadImaged("image"), Resized("image", (32, 32), mode="area")])
    data = ShardedDataset(store, part="train", seed=0)
    all_lines = lines(store)
    for index in range(0, len(data), 15):
        picture = all_lines[data.places[index]][0]
        expected = chain({"image": str(download / picture.image)})["image"]
        assert np.array_equal(data[index]["image"].numpy(), np.rint(255 * expected.numpy()).astype(np.uint8))
        assert data.class_names[data[index]["label"]] == picture.label
        row = {"image": picture.image, "frame": "", "crop": ""}
        pixels = read_fingerprints(download, [row])[0].pixels
        assert (picture.pixels, f"{int(data.digests()[index]):016x}") == (pixels, pixels)


def test_what_takes_no_part_is_named_with_the_reason(store):
    with (store / LEFT_OUT).open() as file:
        reasons = [line["reason"] for line in csv.DictReader(file)]
    assert sum(reason.startswith("blank") for reason in reasons) == 1
    assert sum(reason.startswith("same picture under another label: radiology_ai/") for reason in reasons) == 2
    assert sum(bool(exclude) for _, exclude in lines(store)) == 1
    card = read_card(store)
    assert sum(card.parts["train"]) + sum(card.parts["valid"][1:]) <= len(lines(store))
    assert all(sum(card.counts[part].values()) == last - first for part, (first, last) in card.parts.items())


def test_parts_share_no_picture(store):
    train, valid, test = (
        set(ShardedDataset(store, part=part, seed=0).digests().tolist()) for part in ("train", "valid", "test")
    )
    assert not train & valid
    assert not (train | valid) & test


def test_as_published_keeps_what_is_readable(download, tmp_path):
    listed = list_radimagenet(download, as_published=True)
    card = build_store(listed, tmp_path / "data", HOW, as_published=True)
    assert sum(last - first for first, last in card.parts.values()) == listed.count


def test_checksums_are_what_sha256sum_expects(store):
    for number, (_, sha256) in enumerate(read_card(store).shards):
        name = f"{number:05d}"
        content = (store / SHARDS / f"{name}.npy").read_bytes()
        assert hashlib.sha256(content).hexdigest() == sha256
        assert (store / SHARDS / f"{name}.sha256").read_text() == f"{sha256}  {name}.npy\n"


def test_several_processes_build_the_same_bytes(store, download, tmp_path):
    build_store(list_radimagenet(download), tmp_path / "data", How(image_size=(32, 32), workers=2, shard_images=64))
    ours, theirs = bytes_of(store), bytes_of(tmp_path / "data")
    for name in set(ours) - {"dataset.json"}:  # whose root is relative to it
        assert ours[name] == theirs[name], name


def test_only_what_is_missing_is_built_again(copy, download, monkeypatch):
    before = bytes_of(copy)
    (copy / SHARDS / "00001.npy").unlink()
    (copy / CARD).unlink()
    written = []
    monkeypatch.setattr(build, "work", lambda task: written.append(task[1]) or WORK(task))
    build_store(list_radimagenet(download), copy, HOW)
    assert written == [1]
    assert {**bytes_of(copy), "dataset.json": before["dataset.json"]} == before


WORK = build.work


def test_a_full_disk_is_one_line_and_what_is_finished_stays(download, tmp_path, monkeypatch):
    finished = []

    def full_after_two(task):
        if len(finished) == 2:
            monkeypatch.setattr(os, "fsync", no_space)
        finished.append(task[1])
        return WORK(task)

    def no_space(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    fsync = os.fsync
    monkeypatch.setattr(build, "work", full_after_two)
    with pytest.raises(
        StorageError, match=r"no space left to write .*00002\.npy: free some, then run the same command"
    ):
        build_store(list_radimagenet(download), tmp_path / "data", HOW)
    assert sorted(path.name for path in (tmp_path / "data" / SHARDS).glob("*.npy")) == ["00000.npy", "00001.npy"]
    assert not list((tmp_path / "data" / SHARDS).glob(".*"))
    with pytest.raises(DatasetError, match=r"there is no finished store in .*data: build it: python scripts/prepare"):
        ShardedDataset(tmp_path / "data", part="train", seed=0)
    monkeypatch.setattr(os, "fsync", fsync)
    finished.clear()
    monkeypatch.setattr(build, "work", lambda task: finished.append(task[1]) or WORK(task))
    build_store(list_radimagenet(download), tmp_path / "data", HOW)
    assert 0 not in finished
    assert 1 not in finished


def test_another_size_needs_replace(copy, download):
    other = How(image_size=(16, 16), workers=1, shard_images=64)
    with pytest.raises(
        DatasetError, match=r"holds shards of other images or another size: give another --out, or --rep"
    ):
        build_store(list_radimagenet(download), copy, other)
    card = build_store(list_radimagenet(download), copy, How(**{**vars(other), "replace": True}))
    assert card.image_size == (16, 16)
    assert len(ShardedDataset(copy, part="train", seed=0)[0]["image"][0]) == 16


def test_an_unreadable_image_is_named_and_counted(download, tmp_path):
    listed = list_radimagenet(download)
    pictures = [Picture("radimagenet", "nowhere.png", listed.class_names[0], "train"), *listed.pictures()]
    extended = type(listed)(**{**vars(listed), "count": len(pictures), "pictures": lambda: iter(pictures)})
    build_store(extended, tmp_path / "data", HOW)
    assert json.loads((tmp_path / "data/dataset.json").read_text())["left_out"]["file: unreadable"] == 1
    assert 0 not in ShardedDataset(tmp_path / "data", part="train", seed=0).places


def test_originals_are_never_written_into(download):
    with pytest.raises(DatasetError, match=r"originals are never changed"):
        build_store(list_radimagenet(download), download / "store", HOW)
    assert Source(str(download)).window == "none"
