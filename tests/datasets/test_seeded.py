from itertools import chain
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from monai.transforms import Compose, RandFlipd, RandGaussianNoised

from common.datasets.seeded import EpochSampler, SeededDataset, balanced_order, draws
from common.errors import ConfigError


def random_chain() -> Compose:
    return Compose([RandFlipd("image", prob=0.5), RandGaussianNoised("image", prob=1.0)])


def dataset(seed: int = 0) -> SeededDataset:
    return SeededDataset([{"image": torch.full((1, 4, 4), float(index))} for index in range(7)], random_chain(), seed)


def test_an_item_is_a_function_of_seed_epoch_and_index_alone():
    first, second = dataset(), dataset()
    forward = [first[(3, index)]["image"] for index in range(7)]
    backward = [second[(3, index)]["image"] for index in reversed(range(7))][::-1]
    assert all(torch.equal(one, other) for one, other in zip(forward, backward, strict=True))


def test_another_seed_epoch_or_index_draws_anew():
    noise = {(seed, epoch, index): dataset(seed)[(epoch, index)]["image"] - index for seed in (0, 1) for epoch in (1, 2)
             for index in (0, 1)}  # fmt: skip
    keys = list(noise)
    assert not any(torch.equal(noise[a], noise[b]) for a in keys for b in keys if a < b)


def test_an_epoch_holds_every_item_once_in_an_order_of_its_own():
    sampler, orders = EpochSampler(dataset(), seed=5), []
    for epoch in (1, 2):
        sampler.epoch = epoch
        keys = list(sampler)
        assert sorted(keys) == [(epoch, index) for index in range(7)]
        assert keys == list(sampler)
        orders.append([index for _, index in keys])
    assert orders[0] != orders[1]
    assert orders[0] != [index for _, index in EpochSampler(dataset(), seed=6)]


def test_workers_change_nothing():
    loaded = []
    for workers in (0, 2):
        data = dataset()
        sampler = EpochSampler(data, seed=0)
        sampler.epoch = 4
        loader = torch.utils.data.DataLoader(data, sampler=sampler, batch_size=3, num_workers=workers)
        loaded.append(torch.cat([batch["image"] for batch in loader]))
    assert torch.equal(*loaded)


class Labelled(SimpleNamespace):
    def __len__(self):
        return len(self.labels)


def batches(sampler):
    keys = list(sampler)
    assert len(keys) == len(sampler)
    return [keys[n : n + sampler.batch_size] for n in range(0, len(keys), sampler.batch_size)]


@given(images=st.integers(8, 60), epoch=st.integers(0, 3), start=st.integers(0, 4), balanced=st.booleans())
def test_a_step_sees_the_same_images_on_any_number_of_processes(images, epoch, start, balanced):
    data = Labelled(labels=np.arange(images, dtype=np.int16) % 5)
    found = {}
    for world in (1, 2, 4, 8):
        ranks = [
            EpochSampler(data, 7, rank=r, world=world, batch_size=8 // world, balanced=balanced) for r in range(world)
        ]
        for sampler in ranks:
            sampler.epoch, sampler.start = epoch, start
        found[world] = [[*chain(*parts)] for parts in zip(*map(batches, ranks), strict=True)]
    assert found[1] == found[2] == found[4] == found[8]
    assert len(found[1]) == max(images // 8 - start, 0)


@pytest.mark.parametrize("balanced", [False, True])
def test_an_epoch_goes_on_where_it_was_left(balanced):
    data = Labelled(labels=np.arange(50, dtype=np.int16) % 3)
    sampler = EpochSampler(data, seed=0, batch_size=4, balanced=balanced)
    sampler.epoch = 2
    whole = list(sampler)
    sampler.start = 5
    assert list(sampler) == whole[5 * 4 :]


def test_a_batch_larger_than_the_data_is_refused():
    with pytest.raises(ConfigError, match=r"a step takes 2 x 4 images, the training part has 7: lower batch_size"):
        EpochSampler(dataset(), seed=0, world=2, batch_size=4)


def test_a_single_image_cannot_train_a_batch_norm():
    with pytest.raises(ConfigError, match=r"training takes two images or more; its part has 1: label more"):
        EpochSampler([0], seed=0)


def test_balanced_classes_are_drawn_by_the_square_root_of_their_size():
    labels = np.repeat(np.array([0, 1, 3], np.int16), [9000, 900, 100])  # of class 2 there is none
    positions, _ = balanced_order(labels, np.random.default_rng(0))
    drawn = np.bincount(labels[positions], minlength=4)
    roots = np.sqrt([9000, 900, 0, 100])
    assert drawn == pytest.approx(10_000 * roots / roots.sum(), abs=1)
    assert len(positions) == len(labels)


@given(sizes=st.lists(st.integers(0, 40), min_size=1, max_size=6).filter(any), seed=st.integers(0, 9))
def test_a_class_shows_all_its_images_before_any_again(sizes, seed):
    labels = np.repeat(np.arange(len(sizes), dtype=np.int16), sizes)
    positions, turns = balanced_order(labels, np.random.default_rng(seed))
    assert len(positions) == len(labels)
    assert len({*zip(positions.tolist(), turns.tolist(), strict=True)}) == len(labels)
    for label, size in enumerate(sizes):
        seen = np.bincount(positions[labels[positions] == label], minlength=len(labels))[labels == label]
        assert size == 0 or seen.max() - seen.min() <= 1


def test_an_image_drawn_again_is_augmented_anew():
    assert len({draws(0, (1, 5)), draws(0, (1, 5, 1)), draws(0, (1, 5, 2)), draws(0, (2, 5))}) == 4
