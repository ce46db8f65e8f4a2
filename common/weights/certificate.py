"""What a weights file is, and whether it is sound: the certificate that `scripts/weights.py check` prints."""

from pathlib import Path
from typing import Any, NamedTuple

from .declared import Declaration, declare
from .health import Health, health
from .input_check import distances, much_better
from .order_check import Place, places
from .recognise import Weights, read_weights


class Certificate(NamedTuple):
    """All that a file's tensors tell, and what a person should know before using them.

    `fit` is the distance of each input contract from what the first batch norm remembers, the best first (see
    `input_check`); `places` how well each batch norm knows what reaches it (see `order_check`).
    """

    path: Path
    weights: Weights
    declaration: Declaration
    health: Health
    fit: dict[str, float]
    places: dict[str, Place]

    @property
    def warnings(self) -> list[str]:
        """What may be wrong with these weights, a sentence each; none where they are sound."""
        found = [self._input_warning(), self._order_warning(), self._hash_warning(), *self.health.warnings()]
        return [warning for warning in found if warning]

    def _input_warning(self) -> str:
        declared, best = self.declaration.contract, next(iter(self.fit))
        # A model of this collection carries its contract, and may have seen one kind of image, which shifts the fit.
        if (
            self.health.untrained
            or self.declaration.source is None
            or not much_better(self.fit[best], self.fit[declared])
        ):
            return ""
        return (
            f"the input {best} fits much better ({self.fit[best]:.2f}) than the declared {declared} "
            f"({self.fit[declared]:.2f}): these weights may be of another training"
        )

    def _order_warning(self) -> str:
        wrong = [layer for layer, place in self.places.items() if place.wrong]
        if self.health.untrained or not wrong:
            return ""
        return (
            f"{len(wrong)} of {len(self.places)} batch norms do not know what reaches them ({', '.join(wrong[:4])}"
            f"{' ...' if len(wrong) > 4 else ''}): layers or channels swapped, or not trained on images"
        )

    def _hash_warning(self) -> str:
        return "this is not the published file: its hash differs" if self.declaration.known == "different" else ""

    def as_json(self) -> dict[str, Any]:
        """Return everything, ready for JSON."""
        weights, declaration = self.weights, self.declaration
        return {
            "file": self.path.name,
            "bytes": self.path.stat().st_size,
            "sha256": declaration.sha256,
            "sha256_is": declaration.known,
            "form": weights.form,
            "layout": weights.layout,
            "network": weights.network,
            "tensors": len(weights.tensors),
            "values": _values(weights),
            "dtypes": list(weights.dtypes),
            "left_out": list(weights.dropped),
            "source": declaration.source.name if declaration.source else "none",
            "told_by": declaration.told_by,
            "input_contract": declaration.contract,
            "input_fit": self.fit,
            "batch_norms": {layer: place._asdict() for layer, place in self.places.items()},
            **self.health.as_json(),
            "warnings": self.warnings,
        }

    def as_text(self) -> str:
        """Return the certificate as a page of text, its verdict last."""
        weights, declaration, source = self.weights, self.declaration, self.declaration.source
        fit = ", ".join(f"{name} {value:.2f}" for name, value in self.fit.items())
        right = sum(not place.wrong for place in self.places.values())
        least = min(place.correlation for place in self.places.values())
        excess = max(place.excess for place in self.places.values())
        order = f"{right} of {len(self.places)} batch norms know what reaches them; least correlation {least:.2f}"
        left_out = f"; {len(weights.dropped)} of a classifier left out" if weights.dropped else ""
        rows = [
            ("form", f"{weights.form}; names: {weights.layout}; {', '.join(weights.dtypes)}"),
            (
                "network",
                f"{weights.network}: all {len(weights.tensors)} tensors matched, {_values(weights):,} values{left_out}",
            ),
            ("source", f"{declaration.title}; told by {declaration.told_by}"),
            (
                "sha256",
                f"{declaration.sha256} ({declaration.known}){' of the original' if source and weights.about else ''}",
            ),
            ("input", f"{declaration.contract}{f': {source.evidence}' if source else ''}"),
            ("input check", f"distance from the first batch norm's memory: {fit}"),
            ("order check", f"{order}, largest excess {excess:.1f}"),
            ("health", self.health.as_text()),
            *((("licence", source.licence), ("cite", source.citation)) if source else ()),
        ]
        verdict = [f"  warning      {warning}" for warning in self.warnings] or ["  verdict      sound"]
        return "\n".join([str(self.path), *(f"  {name:12} {text}" for name, text in rows), *verdict])


def certify(path: str | Path, *, source: str = "") -> Certificate:
    """Return the certificate of the weights file at `path`.

    Args:
        path: A file of any published form.
        source: Which training it is, where the user says so.

    Raises:
        WeightsError: A file that cannot be loaded exactly, or that two trainings fit.
    """
    weights = read_weights(path)
    declaration = declare(weights, path, source=source)
    return Certificate(
        Path(path),
        weights,
        declaration,
        health(weights.tensors, declaration.contract),
        distances(weights.network, weights.tensors),
        places(weights.network, weights.tensors, declaration.contract),
    )


def _values(weights: Weights) -> int:
    return sum(tensor.numel() for name, tensor in weights.tensors.items() if not name.endswith("num_batches_tracked"))
