"""What the images of an evaluator look like, to the eye and to the network."""

from typing import Any

import numpy as np
import torch
from ignite.engine import Engine, Events
from monai.data import MetaTensor
from torch import nn

from ..metrics.out_of_range import BLACK, Appearance
from ..networks.inside import last_linear


class CollectAppearance:
    """Collects the `Appearance` of every image, in the order of the items; features come from the same forward pass.

    Args:
        network: The evaluator's; its features are what its last linear layer receives. A network without one has none,
            and neither has one in whose place another backend runs.
    """

    def __init__(self, network: nn.Module) -> None:
        self.items: Any = []
        self._layer = last_linear(network)
        self._features: list[torch.Tensor] = []
        self._latest: torch.Tensor | None = None
        self._seen: list[tuple[list[str], torch.Tensor, torch.Tensor]] = []

    def attach(self, engine: Engine) -> None:
        """Follow an evaluator that neither shuffles nor decollates."""
        engine.add_event_handler(Events.STARTED, self._begin)
        engine.add_event_handler(Events.ITERATION_COMPLETED, self._collect)
        engine.add_event_handler(Events.COMPLETED, self._end)

    def appearance(self) -> Appearance:
        """Return what was collected."""
        modality, sizes, intensities = zip(*self._seen, strict=True)
        features = torch.cat(self._features) if self._features else torch.empty(len(self.items), 0)
        return Appearance(
            modality=np.array([code for codes in modality for code in codes], dtype=np.str_),
            size=torch.cat(sizes).numpy().astype(np.float32),
            intensity=torch.cat(intensities).numpy(),
            features=features.half().numpy(),
        )

    def _begin(self, engine: Engine) -> None:
        self._seen, self._features, self._latest = [], [], None
        self._hook = self._layer.register_forward_pre_hook(self._keep) if self._layer else None

    def _keep(self, layer: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        self._latest = nn.functional.normalize(inputs[0].detach().float().flatten(1)).half().cpu()

    def _collect(self, engine: Engine) -> None:
        if self._latest is not None:
            self._features.append(self._latest)
        batch = engine.state.batch
        image = batch["image"]
        read = image.meta if isinstance(image, MetaTensor) else {}
        # Files that may be refused come without metadata, with what is needed of it beside the image; images of a store
        # have none at all.
        size = batch.get("size", read.get("spatial_shape", torch.full((len(image), 2), torch.nan)))
        modality = batch.get("modality", read.get("modality", [""] * len(image)))
        pixels = torch.as_tensor(image).float().flatten(1)
        black = (pixels <= BLACK).float().mean(dim=1)
        self._seen.append((list(modality), size, torch.stack([pixels.mean(dim=1), pixels.std(dim=1), black], dim=1)))

    def _end(self, engine: Engine) -> None:
        self.items = engine.data_loader.dataset.data
        if self._hook:
            self._hook.remove()
