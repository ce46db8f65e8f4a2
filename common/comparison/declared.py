"""A plan as it is declared: a JSON file with every key of `KEYS`, each checked; `plans/` has the ready ones."""

import difflib
import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from ..errors import PlanError
from .plan import FROZEN, WHOLE, Initialisation, Plan, Scenario

KEYS = {
    "_desc_": "what the plan is for, and what it costs",
    "bundles": "by name of a bundle, the prepared data set it is trained on",
    "initialisations": "by name, what --pretrained is, or {pretrained, scenarios} with scenarios of its own, or "
    "{features}, the .npz file of an encoder, also with scenarios",
    "reference": "the initialisation that every other one is compared with",
    "backbones": "a list of networks",
    "scenarios": "a list of {trainable, learning_rates}",
    "folds": "a list of folds: 0 to 4, official, official_k, 0v0 to 0v7 (fold 0, another eighth validates)",
    "seeds": "a list of whole numbers from 0, three or more for a verdict about initialisations",
    "sizes": "a list of percentages of the training patients, the last of them 100; [100] draws no curve",
    "mode": "fair (each weight with its own input) or as_published (the paper's protocol)",
    "margin": "the AUC difference below which two initialisations are called equivalent",
    "head": "values of further head keys, the same for every training",
    "views": "augmented views of each image whose features a frozen network's head learns from; 0 for the clean one",
}
"""What a plan says, and what that is."""

SHAPES = {
    **dict.fromkeys(("bundles", "initialisations"), Mapping),
    **dict.fromkeys(("backbones", "scenarios", "folds", "seeds", "sizes"), list),
}
"""Keys that hold several values, and in what."""

DEFAULTS = {"views": 0}
"""What a plan need not say."""

MODES = ("fair", "as_published")

HEAD = (
    *("window", "image_size", "max_epochs", "patience", "val_interval", "batch_size", "precision", "num_workers"),
    "device",
)
"""Keys of a bundle's head that a plan may set under `head`; the others are its own, or not a matter of comparing."""

READY = Path(__file__).parent / "plans"
"""The plans that come with this collection."""


def read_plan(name: str) -> dict[str, Any]:
    """Return the content of a plan, by the name of a ready one or the path of a file.

    Raises:
        PlanError: No such plan, or not JSON.
    """
    ready = sorted(path.stem for path in READY.glob("*.json"))
    path = READY / f"{name}.json" if name in ready else Path(name)
    if not path.is_file():
        raise PlanError(f"a plan is {', '.join(ready)} or the path of a JSON file; there is no {name!r}")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise PlanError(f"a plan is JSON; {path} is not ({error}): mend it, or start from a copy of {READY}") from error
    if not isinstance(content, dict):
        raise PlanError(f"a plan is an object with the keys {', '.join(KEYS)}; {path} holds {type(content).__name__}")
    return content


def plan_of(content: Mapping[str, Any]) -> Plan:
    """Return a plan from the content of its file.

    Raises:
        PlanError: An unknown, missing or empty key, a value that it cannot have, or budgets that are not equal.
    """
    content = {**DEFAULTS, **content}
    _check_keys(content, KEYS, "a plan")
    for key, kind in SHAPES.items():
        _check(
            isinstance(content[key], kind) and bool(content[key]), f"{key} is {KEYS[key]}, at least one", content[key]
        )
    for key, names in (("bundles", content["bundles"].values()), ("backbones", content["backbones"])):
        _check(all(isinstance(name, str) for name in names), f"{key} is {KEYS[key]}", content[key])
    common = _scenarios(content["scenarios"])
    arms = {name: _initialisation(name, arm, common) for name, arm in content["initialisations"].items()}
    _check_budgets(arms, len(content["backbones"]))
    _check(content["reference"] in arms, f"reference is one of {', '.join(arms)}", content["reference"])
    _check(content["mode"] in MODES, f"mode is one of {', '.join(MODES)}", content["mode"])
    margin, seeds, folds = content["margin"], content["seeds"], [str(fold) for fold in content["folds"]]
    _check(isinstance(margin, int | float) and 0 < margin < 0.5, "margin is between 0 and 0.5", margin)
    _check(all(isinstance(seed, int) and seed >= 0 for seed in seeds), f"seeds is {KEYS['seeds']}", seeds)
    for key, values in (("seeds", seeds), ("folds", folds), ("backbones", content["backbones"])):
        _check(len(set(values)) == len(values), f"{key} names each once", values)
    sizes = content["sizes"]
    whole = all(isinstance(size, int) and 0 < size <= WHOLE for size in sizes) and sizes[-1:] == [WHOLE]
    _check(whole and sizes == sorted(set(sizes)), f"sizes is {KEYS['sizes']}, in rising order", sizes)
    _check(len(arms) > 1 or len(sizes) == 1, "sizes compare initialisations, two or more", list(arms))
    _check_keys(content["head"], HEAD, "head", complete=False)
    views = content["views"]
    _check(
        isinstance(views, int) and not isinstance(views, bool) and views >= 0, "views is a whole number from 0", views
    )
    _check(views == 0 or not any(arm.features for arm in arms.values()), "a file of features has no views", views)
    return Plan(
        description=content["_desc_"],
        bundles=dict(content["bundles"]),
        initialisations=arms,
        reference=content["reference"],
        backbones=tuple(content["backbones"]),
        folds=tuple(folds),
        seeds=tuple(seeds),
        sizes=tuple(sizes),
        mode=content["mode"],
        margin=float(margin),
        head=dict(content["head"]),
        views=views,
    )


def _initialisation(name: str, arm: Any, common: tuple[Scenario, ...]) -> Initialisation:
    if isinstance(arm, str):
        return Initialisation(pretrained=arm, scenarios=common)
    _check(isinstance(arm, dict), f"initialisation {name} is {KEYS['initialisations']}", arm)
    if "features" in arm:
        return _given(name, {"scenarios": None, **arm}, common)
    _check_keys(arm, ("pretrained", "scenarios"), f"initialisation {name}")
    return Initialisation(pretrained=arm["pretrained"], scenarios=_scenarios(arm["scenarios"]))


def _given(name: str, arm: Mapping[str, Any], common: tuple[Scenario, ...]) -> Initialisation:
    """Return an arm that is known by its features, on which a head can be trained and nothing else."""
    _check_keys(arm, ("features", "scenarios"), f"initialisation {name}")
    scenarios = common if arm["scenarios"] is None else _scenarios(arm["scenarios"])
    if others := sorted({its.trainable for its in scenarios} - {FROZEN}):
        raise PlanError(
            f"on features only a head is trained; {name} would be tried with trainable {', '.join(others)}: leave "
            "these scenarios out of the plan, or give every initialisation as many of its own"
        )
    return Initialisation(pretrained="", scenarios=scenarios, features=arm["features"])


def only_frozen(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of a plan without the scenarios in which more than a head is trained.

    Raises:
        PlanError: None is left.
    """
    left = [its for its in content["scenarios"] if its.get("trainable") == FROZEN]
    if not left:
        raise PlanError(
            f"on features only a head is trained; the plan has no scenario with trainable {FROZEN}: add one"
        )
    return {**content, "scenarios": left}


def _scenarios(entries: Any) -> tuple[Scenario, ...]:
    from ..networks.encoder import TRAINABLE

    found = []
    _check(isinstance(entries, list), f"scenarios is {KEYS['scenarios']}", entries)
    for entry in entries:
        _check_keys(entry, ("trainable", "learning_rates"), "a scenario")
        _check(entry["trainable"] in TRAINABLE, f"trainable is one of {', '.join(TRAINABLE)}", entry["trainable"])
        rates = entry["learning_rates"]
        positive = (
            isinstance(rates, list) and rates and all(isinstance(rate, int | float) and rate > 0 for rate in rates)
        )
        _check(bool(positive), "learning_rates is a list of numbers above 0", rates)
        found += [Scenario(trainable=entry["trainable"], learning_rate=float(rate)) for rate in rates]
    _check(len(set(found)) == len(found), "a scenario is named once", entries)
    return tuple(found)


def _check_budgets(arms: Mapping[str, Initialisation], backbones: int) -> None:
    """Refuse initialisations of which one is tried more often than another: the best of more trials looks better."""
    tried = {name: len(arm.scenarios) * (1 if arm.features else backbones) for name, arm in arms.items()}
    if len(set(tried.values())) > 1:
        told = ", ".join(f"{name} {count}" for name, count in tried.items())
        raise PlanError(
            f"every initialisation is tried in equally many scenarios; got {told}: give each as many, on "
            "as many networks"
        )


def _check_keys(found: Any, allowed: Collection[str], what: str, *, complete: bool = True) -> None:
    _check(isinstance(found, Mapping), f"{what} is an object with the keys {', '.join(allowed)}", found)
    for key in found:
        if key not in allowed:
            raise PlanError(f"{what} has no key {key!r}: did you mean {_nearest(key, allowed)!r}?")
    if complete and (missing := [key for key in allowed if key not in found]):
        meaning = f" ({KEYS[missing[0]]})" if missing[0] in KEYS else ""
        raise PlanError(f"{what} says everything; it lacks {missing[0]!r}{meaning}: add it")


def _nearest(key: str, allowed: Iterable[str]) -> str:
    return difflib.get_close_matches(key, list(allowed), n=1, cutoff=0)[0]


def _check(holds: bool, rule: str, value: Any) -> None:
    if not holds:
        raise PlanError(f"{rule}; got {value!r}: change the plan")
