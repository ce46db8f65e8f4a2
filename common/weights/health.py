"""What batch norms remember, by itself: variances that exploded, channels that died."""

from typing import Any, NamedTuple

from ..networks.input_contract import NORMALISATIONS
from .layouts import State

EXPLODED = 1e4
"""A running variance beyond this: activations of 100 and more, which half precision and fine-tuning do not bear.

RadImageNet's DenseNet121.pt has up to 56,296 (https://github.com/BMEII-AI/RadImageNet/issues/20).
"""

DEAD = 1e-10
"""A running variance below this: the channel was constant in training, and eps alone divides what now reaches it."""


class Health(NamedTuple):
    """By layer, the largest variance of those that exploded, and how many channels were dead, of `channels` in all."""

    exploded: dict[str, float]
    dead: dict[str, int]
    channels: int
    untrained: bool

    def warnings(self) -> list[str]:
        """Return a sentence for each thing that may be wrong."""
        found = []
        if self.untrained:
            found.append("batch norms have mean 0 and variance 1 throughout: nothing was ever trained here")
        if self.exploded:
            worst = max(self.exploded, key=lambda layer: self.exploded[layer])
            found.append(
                f"running variances beyond {EXPLODED:,.0f} in {len(self.exploded)} batch norms "
                f"({_first(self.exploded)}), up to {self.exploded[worst]:,.0f} in {worst}: keep to float32"
            )
        return found

    def as_json(self) -> dict[str, Any]:
        """Return the findings, ready for JSON."""
        return {"exploded_variances": self.exploded, "dead_channels": self.dead, "channels": self.channels}

    def as_text(self) -> str:
        """Return both counts, with the first layers' names."""
        dead = f"{sum(self.dead.values())} of {self.channels:,} channels dead"
        where = f" ({_first(self.dead)})" if self.dead else ""
        return f"all values finite; {len(self.exploded)} batch norms exploded; {dead}{where}"


def health(state: State, contract: str) -> Health:
    """Return what the running statistics of a backbone tell; the first may be as large as its input's scale squared."""
    scale = 1 / min(NORMALISATIONS[contract].std)
    variances = {name.removesuffix(".running_var"): value for name, value in state.items() if "running_var" in name}
    means = [value for name, value in state.items() if "running_mean" in name]
    return Health(
        exploded={
            name: float(value.max())
            for index, (name, value) in enumerate(variances.items())
            if value.max() > EXPLODED * (1 if index else scale**2)
        },
        dead={name: count for name, value in variances.items() if (count := int((value < DEAD).sum()))},
        channels=sum(value.numel() for value in variances.values()),
        untrained=all((value == 1).all() for value in variances.values()) and not any(mean.any() for mean in means),
    )


def _first(layers: dict[str, Any]) -> str:
    return ", ".join(list(layers)[:3]) + (" ..." if len(layers) > 3 else "")
