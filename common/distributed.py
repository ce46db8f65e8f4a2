"""One training on several processes, as torchrun starts them; on a single one everything here does nothing.

`common/overlays/multi_gpu.json` puts these parts where a bundle's `train.json` has those of one process. torch is
imported where it is needed, because everything imports this package.
"""

import logging
import os
import time
from collections.abc import Iterator, Sequence, Sized
from typing import TYPE_CHECKING, Any

from .errors import ConfigError, RunError

if TYPE_CHECKING:
    import torch
    from ignite.engine import Engine
    from torch import nn


PATIENCE = 60
"""Seconds in which the first process says why all end: torchrun ends the others as soon as one has ended."""


def rank() -> int:
    """Return the number of this process among those that train together, from 0."""
    from torch import distributed

    return distributed.get_rank() if distributed.is_initialized() else 0


def world() -> int:
    """Return how many processes train together."""
    from torch import distributed

    return distributed.get_world_size() if distributed.is_initialized() else 1


def first_process() -> bool:
    """Return whether this process writes files and speaks: of several only the first does."""
    return rank() == 0


def device() -> "torch.device":
    """Return the device of this process: a GPU of its own, or the processor where there is none."""
    import torch

    if not torch.cuda.is_available():
        return torch.device("cpu")
    return torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))


def join(device: "torch.device | str", *, seed: int) -> None:
    """Join the other processes: by nccl on GPUs, by gloo on processors. All but the first fall silent.

    Each draws its own dropout; the first draws that of a single process. Weights are the first's: see `replicated`.

    Raises:
        RunError: This is no process of torchrun's.
    """
    import torch
    from torch import distributed

    if "LOCAL_RANK" not in os.environ:
        raise RunError(
            "multi_gpu.json is for processes that torchrun starts: torchrun --nproc_per_node=N -m monai.bundle run ..."
        )
    own = torch.device(device)
    if own.type == "cuda":
        torch.cuda.set_device(own)
    if not distributed.is_initialized():
        distributed.init_process_group("nccl" if own.type == "cuda" else "gloo")
    if not first_process():
        torch.manual_seed(seed + rank())
        logging.disable(logging.WARNING)


def share(batch_size: int) -> int:
    """Return how many images of a batch each process takes.

    Raises:
        ConfigError: The batch cannot be shared evenly.
    """
    if batch_size % world():
        raise ConfigError(
            f"batch_size is that of all processes together, a multiple of their number, {world()}; got {batch_size}: "
            "give --batch_size another value"
        )
    return batch_size // world()


def replicated(network: "nn.Module", device: "torch.device | str") -> "nn.Module":
    """Return the network as the trainer calls it: its gradients are the mean of all processes'.

    Its tensors stay those of `network`, and become the first process's. On GPUs batch norms take their statistics
    over all processes (`SyncBatchNorm`, which does not run on a processor: there each process has its own, and the
    running ones are the first's).
    """
    import torch
    from torch import nn

    on_gpu = torch.device(device).type == "cuda"
    if on_gpu:
        network = nn.SyncBatchNorm.convert_sync_batchnorm(network)  # type: ignore[no-untyped-call]  # tensors and root stay
    return nn.parallel.DistributedDataParallel(network, forward_sync_buffers=not on_gpu)


class Share:
    """A sampler: the indices that fall to this process, every `world`-th. Shares may differ by one.

    Args:
        dataset: What is shared.

    Raises:
        ConfigError: There are fewer items than processes.
    """

    def __init__(self, dataset: Sized) -> None:
        if len(dataset) < world():
            raise ConfigError(f"each process needs an image; there are {len(dataset)} for {world()}: start fewer")
        self.indices = range(rank(), len(dataset), world())

    def __len__(self) -> int:
        return len(self.indices)

    def __iter__(self) -> Iterator[int]:
        return iter(self.indices)


class SameBuffers:
    """Gives the network of an evaluator the first process's buffers, such as running statistics, before it evaluates.

    Without it each process would score its share with a slightly other network than the one that is kept.
    """

    def attach(self, engine: "Engine") -> None:
        """Follow an evaluator."""
        from ignite.engine import Events

        engine.add_event_handler(Events.STARTED, self._send)

    def _send(self, engine: "Engine") -> None:
        from torch import distributed

        for buffer in engine.network.buffers():
            distributed.broadcast(buffer, src=0)


def summed(counts: "torch.Tensor") -> "torch.Tensor":
    """Return the sum over all processes."""
    from torch import distributed

    if world() > 1:
        counts = counts.clone()
        distributed.all_reduce(counts)
    return counts


def gathered(rows: "torch.Tensor") -> "torch.Tensor":
    """Return the rows `(N, ...)` of all processes, those of the first first; each may bring another number of them."""
    import torch
    from torch import distributed

    if world() == 1:
        return rows
    lengths = [torch.zeros((), dtype=torch.long, device=rows.device) for _ in range(world())]
    distributed.all_gather(lengths, torch.tensor(len(rows), device=rows.device))
    longest = int(max(lengths))
    padded = rows.new_zeros((longest, *rows.shape[1:]))
    padded[: len(rows)] = rows
    pieces = [torch.empty_like(padded) for _ in range(world())]
    distributed.all_gather(pieces, padded)
    return torch.cat([piece[:length] for piece, length in zip(pieces, lengths, strict=True)])


def agree(facts: dict[str, Any]) -> None:
    """Refuse processes that would train on different things; the first says so, the others end silently.

    Args:
        facts: By what they are called in the message, in the order in which they are compared.

    Raises:
        RunError: One differs.
    """
    from torch import distributed

    if world() == 1:
        return
    everyones: list[Any] = [None] * world()
    distributed.all_gather_object(everyones, facts)
    for name in facts:
        values: Sequence[Any] = [its[name] for its in everyones]
        if len(set(values)) > 1:
            if not first_process():
                time.sleep(PATIENCE)
                raise SystemExit(1)
            other = next(number for number, value in enumerate(values) if value != values[0])
            raise RunError(
                f"all processes train on the same; {name} of process 0 is {values[0]}, of process {other} "
                f"{values[other]}: give all of them the same data, files and options"
            )


def wait() -> None:
    """Return when all processes have come here."""
    from torch import distributed

    if world() > 1:
        distributed.barrier()


def leave() -> None:
    """End the work together."""
    from torch import distributed

    if distributed.is_initialized():
        distributed.destroy_process_group()
