"""Images come from the store whatever process asks; a damaged shard is named, refused or passed over."""

import pickle
import shutil

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from common.datasets.seeded import EpochSampler
from common.errors import ConfigError, DatasetError, SplitError
from common.pretraining import ShardedDataset
from common.pretraining.card import SHARDS, index_file


@pytest.fixture
def copy(store, tmp_path):
    shutil.copytree(store, tmp_path / "copy")
    return tmp_path / "copy"


def flip_a_bit(path):
    with path.open("r+b") as file:
        file.seek(-1, 2)
        last = file.read(1)
        file.seek(-1, 2)
        file.write(bytes([last[0] ^ 1]))


def test_an_item_has_image_label_and_draw(store):
    data = ShardedDataset(store, part="train", seed=3)
    item = data[2, 5]
    assert (item["image"].shape, item["image"].dtype) == ((1, 32, 32), torch.uint8)
    assert item["label"] == data.labels[5]
    assert len({data[epoch, 5]["draw"] for epoch in range(5)} | {data[2, 6]["draw"]}) == 6
    assert ShardedDataset(store, part="train", seed=3)[2, 5]["draw"] == item["draw"]
    assert ShardedDataset(store, part="train", seed=4)[2, 5]["draw"] != item["draw"]


def test_it_says_where_it_comes_from(store):
    origin = ShardedDataset(store, part="valid", seed=0).origin
    assert (origin.name, origin.synthetic, len(origin.index_sha256)) == ("RadImageNet (data)", True, 64)


def test_workers_change_nothing(store):
    loaded = []
    for workers in (0, 2):
        data = ShardedDataset(store, part="train", seed=0)
        sampler = EpochSampler(data, seed=0, batch_size=16)
        loader = DataLoader(data, sampler=sampler, batch_size=16, num_workers=workers)
        loaded.append(torch.cat([batch["image"] for batch in loader]))
    assert torch.equal(*loaded)


def test_a_pickle_is_small_and_reads_the_same(store):
    data = ShardedDataset(store, part="train", seed=0)
    data[0]
    packed = pickle.dumps(data)
    assert torch.equal(pickle.loads(packed)[7]["image"], data[7]["image"])
    card = len(pickle.dumps(data.card))
    assert len(packed) < card + 1000


def test_a_damaged_shard_is_named_and_refused_or_passed_over(copy, store, caplog):
    flip_a_bit(copy / SHARDS / "00000.npy")
    (copy / SHARDS / "00001.npy").unlink()
    with pytest.raises(DatasetError, match=r"2 of 8 in .*shards are not \(00000\.npy, 00001\.npy\): delete them and"):
        ShardedDataset(copy, part="train", seed=0)
    whole, skipping = (
        ShardedDataset(store, part="train", seed=0),
        ShardedDataset(copy, part="train", seed=0, damaged="skip"),
    )
    assert "2 damaged shards are passed over" in caplog.text
    assert list(skipping.places) == [place for place in whole.places if place >= 128]
    at = list(whole.places).index(skipping.places[0])
    assert torch.equal(skipping[0]["image"], whole[at]["image"])
    assert (skipping.labels[0], skipping.digests()[0]) == (whole.labels[at], whole.digests()[at])
    with pytest.raises(ConfigError, match=r"damaged is refuse or skip; got 'keep'"):
        ShardedDataset(copy, part="train", seed=0, damaged="keep")


def test_a_shard_is_hashed_again_only_when_its_file_has_changed(copy, monkeypatch):
    ShardedDataset(copy, part="train", seed=0)
    hashed = []
    monkeypatch.setattr("common.pretraining.checksums.sha256_of_file", lambda path: hashed.append(path.name) or "")
    ShardedDataset(copy, part="train", seed=0)
    assert hashed == []
    (copy / SHARDS / "00002.npy").touch()
    with pytest.raises(DatasetError, match=r"00002\.npy"):
        ShardedDataset(copy, part="train", seed=0)
    assert hashed == ["00002.npy"]


def test_an_edited_index_is_refused(copy):
    labels = np.load(index_file(copy, "label"))
    labels[0] += 1
    np.save(index_file(copy, "label"), labels)
    with pytest.raises(DatasetError, match=r"the index of .* is damaged \(its sha256 differs\): build it"):
        ShardedDataset(copy, part="train", seed=0)


def test_a_part_that_is_not_there_is_refused(store):
    with pytest.raises(SplitError, match=r"has no image in its testing part: it has \d+ train, \d+ valid, \d+ test"):
        ShardedDataset(store, part="testing", seed=0)
