import torch
from monai.transforms import Compose, RandFlipd, RandGaussianNoised

from common.datasets.seeded import EpochSampler, SeededDataset


def chain() -> Compose:
    return Compose([RandFlipd("image", prob=0.5), RandGaussianNoised("image", prob=1.0)])


def dataset(seed: int = 0) -> SeededDataset:
    return SeededDataset([{"image": torch.full((1, 4, 4), float(index))} for index in range(7)], chain(), seed)


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
