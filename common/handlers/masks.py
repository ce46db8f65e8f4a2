"""What a network said of the pixels of every item."""

from collections.abc import Mapping
from typing import Any

import torch
from ignite.engine import Engine, Events
from monai.data import decollate_batch

from ..io.decode.crop import Box
from ..io.place import Place, place_of, restored


class CollectMasks:
    """Collects probabilities of lesion, in the order of the items, from an evaluator whose `pred` are logits.

    They are kept as the network gives them, `(1, h, w)` in float16, with the place in its file that each belongs to:
    at the size of the files, a thousand images would fill the memory.
    """

    def __init__(self) -> None:
        self.items: Any = []
        self.places: list[Place] = []
        self.spacings: list[tuple[float, float]] = []
        self.refused: list[str] = []
        self._probabilities: list[torch.Tensor] = []

    def attach(self, engine: Engine) -> None:
        """Follow an evaluator that neither shuffles nor decollates."""
        engine.add_event_handler(Events.STARTED, self._begin)
        engine.add_event_handler(Events.ITERATION_COMPLETED, self._collect)
        engine.add_event_handler(Events.COMPLETED, self._end)

    def probability(self, row: int) -> torch.Tensor:
        """Return the probability of lesion of each pixel of an item's file: float32 `(H, W)` in [0, 1]."""
        return restored(self._probabilities[row], self.places[row])[0]

    def add(self, logits: torch.Tensor, batch: Mapping[str, Any]) -> None:
        """Take what was said of a batch, `(B, 1, h, w)`."""
        self._probabilities += torch.sigmoid(logits.float()).half().cpu()
        self.refused += batch.get("refused", [""] * len(logits))
        places, spacings = _from_batch(batch)
        self.places += places
        self.spacings += spacings

    def _begin(self, engine: Engine) -> None:
        self.places, self.spacings, self.refused, self._probabilities = [], [], [], []

    def _collect(self, engine: Engine) -> None:
        self.add(engine.state.output["pred"], engine.state.batch)

    def _end(self, engine: Engine) -> None:
        self.items = engine.data_loader.dataset.data


def _from_batch(batch: Mapping[str, Any]) -> tuple[list[Place], list[tuple[float, float]]]:
    """Return the place of each image, and the distance of its rows and of its columns in mm, NaN where not known.

    Files that may be refused come without metadata, with what is needed of it beside the image.
    """
    if "place" in batch:
        places = [Place((height, width), Box(*box)) for height, width, *box in batch["place"].tolist()]
        return places, [(float("nan"), float("nan"))] * len(places)
    images = decollate_batch(batch["image"])
    return [place_of(image) for image in images], [tuple(image.meta["spacing"].tolist()) for image in images]
