"""A control for what weights have learnt: the same values, in no order."""

from pathlib import Path

import torch

from ..files import write_json, write_tensors
from ..networks.backbones import BACKBONES
from ..networks.input_contract import InputContract
from ..seen import read_seen, write_seen
from .declared import SHAM, declare
from .recognise import read_weights


def write_sham(path: Path, out: Path, *, seed: int = 0, source: str = "") -> Path:
    """Write `out/model.pt`, a backbone whose every tensor is another one's shuffled, and return its path.

    Each tensor keeps its values, so its scale and their distribution, and loses their arrangement. What such weights
    gain over random ones, they gain by scale; what the real ones gain over them was learnt.

    Args:
        path: Weights of any published form, or a trained `model.pt`.
        out: A folder; `sham.json` says there what was shuffled, `seen.txt` which images it had seen.
        seed: Of the order.
        source: A source's name, where a file does not tell which training it is.

    Raises:
        WeightsError: A file that cannot be read, or is none of our networks.
    """
    weights = read_weights(path)
    declared = declare(weights, path, source=source)
    generator = torch.Generator().manual_seed(seed)
    state = {f"contract.{name}": its for name, its in InputContract(declared.contract).state_dict().items()}
    state["variant_id"] = torch.tensor(BACKBONES[weights.network].id)
    state |= {f"backbone.{name}": _shuffled(its, generator) for name, its in weights.tensors.items()}
    write_seen(out, read_seen(path))
    write_json(out / SHAM, {"of": declared.title, "sha256": declared.sha256, "seed": seed})
    write_tensors(out / "model.pt", state)
    return out / "model.pt"


def _shuffled(tensor: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    return tensor.flatten()[torch.randperm(tensor.numel(), generator=generator)].view(tensor.shape)
