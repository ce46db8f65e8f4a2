"""A plan: which initialisations are compared, on which problems, with which trainings, as declared beforehand."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

FROZEN = "head"
"""The `trainable` of a network that gives features only: its head is trained on these, stored."""

GIVEN = "features"
"""What stands for the network of an arm that is known by its features only."""

WHOLE = 100
"""The size, in percent, of a training on all patients: verdicts are about it."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One way to train: what is trainable, and how fast it learns."""

    trainable: str
    learning_rate: float


@dataclass(frozen=True, kw_only=True)
class Initialisation:
    """Weights to begin from, as `--pretrained` has them, or a file of features; and the scenarios of both."""

    pretrained: str
    scenarios: tuple[Scenario, ...]
    features: str = ""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One training of a plan; `size` is the percentage of the training patients that it has."""

    bundle: str
    initialisation: str
    backbone: str
    trainable: str
    learning_rate: float
    fold: str
    seed: int
    size: int = WHOLE

    @property
    def group(self) -> tuple[str, str, str, int, int]:
        """Bundle, initialisation, fold, seed and size: of the trainings that share them one is chosen."""
        return self.bundle, self.initialisation, self.fold, self.seed, self.size

    @property
    def scenario(self) -> tuple[str, str, float]:
        """Backbone, trainable and learning rate: what is chosen."""
        return self.backbone, self.trainable, self.learning_rate

    def __str__(self) -> str:
        rate = f"{self.learning_rate:g}"
        return (
            f"{self.bundle} {self.initialisation} {self.backbone} {self.trainable} {rate} "
            f"fold {self.fold} seed {self.seed}{f' {self.size} %' if self.size < WHOLE else ''}"
        )


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A plan whose every key has been checked (`declared.py`); fields are those of `KEYS` there."""

    description: str
    bundles: Mapping[str, str]
    initialisations: Mapping[str, Initialisation]
    reference: str
    backbones: tuple[str, ...]
    folds: tuple[str, ...]
    seeds: tuple[int, ...]
    sizes: tuple[int, ...]
    mode: str
    margin: float
    head: Mapping[str, Any]
    views: int

    def networks(self, initialisation: str) -> tuple[str, ...]:
        """Return the backbones that an initialisation is tried on; features have been through their own."""
        return (GIVEN,) if self.initialisations[initialisation].features else self.backbones

    @property
    def compared(self) -> tuple[str, ...]:
        """The initialisations that are compared with the reference: all others."""
        return tuple(name for name in self.initialisations if name != self.reference)

    def trials(self) -> list[Trial]:
        """Return every training; those of a fold and seed stand together, so that verdicts fill from the first."""
        return [
            Trial(
                bundle=bundle,
                initialisation=name,
                backbone=backbone,
                fold=fold,
                seed=seed,
                size=size,
                **asdict(scenario),
            )
            for bundle in self.bundles
            for size in reversed(self.sizes)
            for seed in self.seeds
            for fold in self.folds
            for name, initialisation in self.initialisations.items()
            for backbone in self.networks(name)
            for scenario in initialisation.scenarios
        ]

    def as_json(self) -> dict[str, Any]:
        """Return all of it, ready for JSON; differs from its file in that scenarios are spelled out."""
        return asdict(self)
