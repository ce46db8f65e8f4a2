"""What a plan is run on: bundles and their data, found fit before anything trains."""

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

from ..bundles import head
from ..datasets.items import Items, read_every, read_items
from ..datasets.prepared import STORE_CARD, read_prepared
from ..datasets.shares import share_of, whose
from ..errors import BundleError, PlanError
from ..files import read_json, sha256_of_file
from ..knobs import RULES, check_knobs
from ..networks.backbones import variant
from .plan import Plan

ROOT = Path(__file__).resolve().parents[2]
"""Of the repository, from where every run of a comparison is started."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A bundle with its data.

    Attributes:
        bundle: Its name.
        dataset_dir: The prepared data set, as a command from the root of the repository names it.
        config: Its `train.json`.
        title: The data set's name.
        synthetic: Whether it comes from phantoms.
        hashes: SHA-256 of the index and, where there is one, of the store's card, by name.
        positives: Patients with a positive image among all that the folds test.
        negatives: Patients with a negative one; who has both is counted in both.
        patients: All of them.
        images: Number of tested images.
        share: Mean share of the data's images that a fold tests.
        tested: By fold, the digests of the tested images.
        trained: By size in percent, the mean number of patients to train on; empty where there is one size.
        spoiled: Whether the audit beside the data found what spoils a result; None where there is no audit of them.
    """

    bundle: str
    dataset_dir: str
    config: Mapping[str, Any]
    title: str
    synthetic: bool
    hashes: Mapping[str, str]
    positives: int
    negatives: int
    patients: int
    images: int
    share: float
    tested: Mapping[str, frozenset[str]]
    trained: Mapping[int, float]
    spoiled: bool | None


def train_json(bundle: str) -> Path:
    """Return a bundle's `train.json`.

    Raises:
        BundleError: There is no such bundle.
    """
    path = ROOT / "bundles" / bundle / "configs" / "train.json"
    if not path.is_file():
        known = sorted(its.parents[1].name for its in ROOT.glob("bundles/*/configs/train.json"))
        nearest = difflib.get_close_matches(bundle, known, n=1, cutoff=0)[0]
        raise BundleError(f"a bundle is one of {', '.join(known)}; got {bundle!r}: did you mean {nearest}?")
    return path


def problem(bundle: str, plan: Plan) -> Problem:
    """Return a bundle with its data.

    Raises:
        UserError: No such bundle or data set, a task that is not binary, a knob's value that it cannot have, a fold
            that does not exist or has one class only, a share of the training patients that lacks a class.
    """
    path, folder = train_json(bundle), Path(plan.bundles[bundle])
    knobs = {**head(path), **plan.head}
    _check_knobs(bundle, knobs, plan)
    data, names = read_prepared(folder), knobs["class_names"]
    input_ = {"image_size": knobs["image_size"], "window": knobs["window"]}  # a store of another is refused at once
    parts = {fold: read_items(folder, names, fold=fold, part="test", **input_) for fold in plan.folds}
    files = {"index": folder / "index.csv", "store": folder / STORE_CARD}
    hashes = {name: sha256_of_file(path) for name, path in files.items() if path.is_file()}
    audit = read_json(folder / "audit.json", default={})
    positive = knobs["class_names"][-1]
    labels = {(whose(item), item["label"] == positive) for items in parts.values() for item in items}
    return Problem(
        bundle=bundle,
        dataset_dir=shown(folder),
        config=json.loads(path.read_text(encoding="utf-8")),
        title=data.title,
        synthetic=bool(data.description["synthetic"]),
        hashes=hashes,
        positives=sum(is_positive for _, is_positive in labels),
        negatives=sum(not is_positive for _, is_positive in labels),
        patients=len({patient for patient, _ in labels}),
        images=_images(parts),
        share=mean(len(items) for items in parts.values()) / len(read_every(folder)),
        tested={fold: items.origin.tested for fold, items in parts.items()},
        trained=_trained(folder, knobs["class_names"], plan) if len(plan.sizes) > 1 else {},
        spoiled=audit["spoiled"] if audit.get("index_sha256") == hashes["index"] else None,
    )


def _check_knobs(bundle: str, knobs: Mapping[str, Any], plan: Plan) -> None:
    task = knobs["task"]
    if task != "binary":
        raise PlanError(f"initialisations are compared on a binary task, by its AUC; {bundle} is {task}: leave it out")
    checked = {key: knobs[key] for key in (*RULES, "image_size", "class_names") if key in knobs}
    for backbone in plan.backbones:
        variant(backbone)  # of one network each: means are made of what was trained
        check_knobs(backbone=backbone, device=plan.head.get("device", "cpu"), task=task, **checked)


def _trained(folder: Path, class_names: Sequence[str], plan: Plan) -> dict[int, float]:
    parts = [read_items(folder, class_names, fold=fold, part="train") for fold in plan.folds]
    drawn = [(part, seed) for part in parts for seed in plan.seeds]
    counts = {
        size: [len({whose(item) for item in share_of(part, percent=size, seed=seed)}) for part, seed in drawn]
        for size in plan.sizes
    }
    return {size: sum(its) / len(its) for size, its in counts.items()}


def _images(parts: Mapping[str, Items]) -> int:
    return len({(item["image"], item["frame"]) for items in parts.values() for item in items})


def shown(path: str | Path) -> str:
    """Return a path as a command from the root of the repository names it."""
    whole = Path(path).resolve()
    return str(whole.relative_to(ROOT) if whole.is_relative_to(ROOT) else whole)


def default_data(bundle: str) -> str:
    """Return the data set that a bundle's `train.json` names."""
    return str(head(train_json(bundle))["dataset_dir"])
