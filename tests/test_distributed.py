"""What several processes share: in two real ones, and in one, where nothing changes."""

import multiprocessing

import pytest
import torch
from torch import distributed

from common.distributed import Share, agree, first_process, gathered, join, share, summed, world
from common.errors import RunError


def test_a_single_process_is_the_first_and_shares_with_nobody():
    assert (first_process(), world(), share(7)) == (True, 1, 7)
    rows = torch.arange(3)
    assert summed(rows) is rows and gathered(rows) is rows
    assert list(Share([5, 6, 7])) == [0, 1, 2]
    agree({"anything": 1})


def test_only_torchrun_makes_several(monkeypatch):
    monkeypatch.delenv("LOCAL_RANK", raising=False)
    with pytest.raises(RunError, match=r"multi_gpu\.json is for processes that torchrun starts"):
        join("cpu", seed=0)


def _one_of_two(number, file, answers):
    distributed.init_process_group("gloo", init_method=f"file://{file}", rank=number, world_size=2)
    rows = torch.arange(6).view(3, 2)[number:]  # three of one process, two of the other
    answers.put((number, summed(torch.tensor(number + 1)).item(), gathered(rows).tolist(), list(Share(range(5)))))
    distributed.destroy_process_group()


def test_two_add_up_and_gather_shares_of_different_length(tmp_path):
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    processes = [context.Process(target=_one_of_two, args=(n, tmp_path / "meet", answers)) for n in (0, 1)]
    for process in processes:
        process.start()
    found = sorted(answers.get(timeout=120) for _ in processes)
    for process in processes:
        process.join()
    everything = [[0, 1], [2, 3], [4, 5], [2, 3], [4, 5]]
    assert found == [(0, 3, everything, [0, 2, 4]), (1, 3, everything, [1, 3])]
