"""The paper's protocol, as far as head keys and an overlay say it, and the way the paper counted.

The authors' scripts feed both initialisations RadImageNet's Keras input, resize to a square by the nearest pixel and
keep the epoch of the lowest validation loss; the paper reports mean and SD over the scenarios.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from .plan import Plan

OVERLAY = "common/overlays/as_published.json"

STEPS_OF = {"covid_ct": {"train::trainer::accumulation_steps": "$max(1, 1024 // @batch_size)"}}
"""By bundle, what makes a step of other than the overlay's 256 images."""

MISSING = (
    "batch norms that learn see the images of a step's parts, not all of its batch at once",
    "COVID-19 is trained at the plan's size and rates, in the paper at 224 pixels and 0.00001",
    "a frozen network's head learns from stored features, of the clean images or of as many views as the plan says",
    "the split is ours: the authors' own lists can be prepared with --official-splits",
)
"""What of the paper's protocol is not repeated."""

PUBLISHED = {
    "thyroid_us": 9.4,
    "breast_us": 4.0,
    "acl_mri": 4.8,
    "meniscus_mri": 4.5,
    "pneumonia_cxr": 1.9,
    "covid_ct": 6.1,
    "sarscov2_ct": 1.7,
    "hemorrhage_ct": 0.9,
}
"""By bundle, the gain in AUC of RadImageNet over ImageNet in percent: Mei et al. 2022, abstract (all p < .001)."""


def overlay(plan: Plan) -> list[str]:
    """Return the files that a plan's mode puts after `train.json`."""
    return [OVERLAY] if plan.mode == "as_published" else []


def trainable(plan: Plan, asked: str) -> str:
    """Return what is trained where a scenario asks for so much: as published `top` are ten Keras layers."""
    return "top10" if plan.mode == "as_published" and asked == "top" else asked


def settings(plan: Plan, bundle: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a plan's mode gives on the command line of a bundle with this `train.json`."""
    if plan.mode != "as_published":
        return {}
    transforms = config["train"]["deterministic_transforms"]
    resizes = [place for place, its in enumerate(transforms) if its["_target_"] == "Resized"]
    nearest = {f"train::deterministic_transforms::{place}::mode": "nearest" for place in resizes}
    return {"input_contract": "radimagenet_keras", **nearest, **STEPS_OF.get(bundle, {})}


def key_metric(plan: Plan, config: Mapping[str, Any]) -> str:
    """Return the name of the validation metric that chooses epoch and scenario; higher is better."""
    from .problems import ROOT

    if plan.mode == "as_published":
        config = {"validate": {"key_metric": json.loads((ROOT / OVERLAY).read_text())["validate::key_metric"]}}
    return str(next(iter(config["validate"]["key_metric"])))


@dataclass(frozen=True, kw_only=True)
class OverScenarios:
    """Two initialisations as the paper compared them: over scenarios, as if these were independent experiments.

    Attributes:
        mean: Of the test AUC over scenarios, of the first and the second.
        sd: Its standard deviation over scenarios.
        points: Difference of the means, in points of AUC (hundredths).
        percent: The same as a share of the second.
        p: Of the paired t-test over scenarios.
        scenarios: Their number.
    """

    mean: tuple[float, float]
    sd: tuple[float, float]
    points: float
    percent: float
    p: float
    scenarios: int

    def as_dict(self) -> dict[str, Any]:
        """Return all of it, for JSON."""
        return asdict(self)


def over_scenarios(first: Sequence[float], second: Sequence[float]) -> OverScenarios:
    """Return the paper's comparison.

    Scenarios share patients and images, so the p is pseudo-replicated (Hurlbert, Ecological Monographs 54 (1984) 187):
    it tells whether the scenarios differ, not whether the patients would.

    Args:
        first: Test AUC of each scenario, mean over folds and seeds.
        second: Of the same scenarios from the other initialisation; two or more.
    """
    from scipy.stats import ttest_rel

    both = np.array([first, second])
    mean, sd = both.mean(axis=1), both.std(axis=1, ddof=1)
    return OverScenarios(
        mean=(float(mean[0]), float(mean[1])),
        sd=(float(sd[0]), float(sd[1])),
        points=float(100 * (mean[0] - mean[1])),
        percent=float(100 * (mean[0] / mean[1] - 1)),
        p=float(ttest_rel(*both).pvalue),
        scenarios=both.shape[1],
    )
