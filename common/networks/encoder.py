"""What a classifier and a segmenter share: a pretrained backbone, its input contract, and whose weights it takes."""

from typing import Any, NamedTuple

import torch
from torch import nn

from ..errors import ConfigError, WeightsError
from ..weights.load import Source, load_backbone
from .backbones import BACKBONES, Variant, variant
from .input_contract import InputContract

TRAINABLE = ("all", "top", "top10", "head")
"""What is trained: everything; the backbone's last block and the head; what its last ten Keras layers hold (Mei et al.
2022) and the head; the head alone."""


class Encoder(NamedTuple):
    """A backbone with its weights, what stands before it, and what is known of both."""

    variant: Variant
    backbone: nn.Module
    contract: InputContract
    source: Source


def build_encoder(name: str, *, pretrained: str, input_contract: str, trainable: str) -> Encoder:
    """Return the backbone called `name`, its weights loaded, and frozen but for what `trainable` leaves free.

    Args:
        name: A key of `BACKBONES`.
        pretrained: `random`, `auto`, the name of a source, or the path of a published file or of a trained `model.pt`.
        input_contract: `native`, the input that these weights were trained with, or a name in `NORMALISATIONS`.
        trainable: `all`, `top`, `top10` or `head`.

    Raises:
        ConfigError: An argument outside its list.
        WeightsError: Weights that do not fit the backbone exactly.
    """
    if trainable not in TRAINABLE:
        raise ConfigError(f"trainable is one of {', '.join(TRAINABLE)}; got {trainable!r}")
    kind = variant(name)
    backbone = kind.build()
    source = load_backbone(backbone, name, pretrained)
    contract = InputContract(source.contract if input_contract == "native" else input_contract)
    free = {"all": ("",), "top": kind.top, "top10": kind.top10, "head": ()}[trainable]
    for parameter_name, parameter in backbone.named_parameters():
        parameter.requires_grad_(parameter_name.startswith(free))
    return Encoder(kind, backbone, contract, source)


def hold_frozen(backbone: nn.Module) -> None:
    """Set evaluation mode where parameters are frozen: batch norms there keep their running statistics."""
    for module in backbone.modules():
        own = list(module.parameters(recurse=False))
        if own and not any(parameter.requires_grad for parameter in own):
            module.eval()


def take_only(network: nn.Module, kind: Variant) -> None:
    """Give a network the buffer `variant_id`, by which it refuses other networks' weights from now on."""
    network.register_buffer("variant_id", torch.tensor(kind.id))
    network.register_load_state_dict_pre_hook(_refuse_others)  # type: ignore[no-untyped-call]


def _refuse_others(module: nn.Module, state: dict[str, torch.Tensor], prefix: str, *_: Any) -> None:
    """Refuse weights of another network, even where the loader is not strict (MONAI Label's is not)."""
    own = int(module.get_buffer("variant_id"))
    names = {entry.id: name for name, entry in BACKBONES.items()}
    if prefix + "variant_id" not in state:
        raise WeightsError(f"weights of this {names[own]} carry a 'variant_id'; these have none: another network's")
    found = int(state[prefix + "variant_id"])
    if found != own:
        raise WeightsError(
            f"weights must be of {names[own]}; these are of {names.get(found, f'unknown variant {found}')}"
        )
    if missing := [name for name, _ in module.named_parameters() if prefix + name not in state]:
        raise WeightsError(
            f"weights of a {type(module).__name__} have all of its tensors; these lack {len(missing)}, e.g. "
            f"{missing[0]}: give a trained {type(module).__name__}'s, or its encoder's as --pretrained"
        )
