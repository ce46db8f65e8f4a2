"""A way to use what was trained, as models like any other: `model.pt`, `model.json`, `seen.txt`, and their evaluation.

`evaluate.json`, `inference.json` and `export.py --weights` take them: of several networks `model.json` names each as
the backbone, and a `Classifier` of that backbone gives the mean of what they say.
"""

import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from ..datasets.folds import EVERY
from ..errors import PlanError
from ..files import sha256, write_json, write_tensors
from ..networks.backbones import together
from ..runs import read_model
from ..seen import NAME as SEEN
from ..seen import read_seen, write_seen
from ..statistics import Interval
from .choice import Trained
from .compare import Comparison, carry_out_jobs
from .engine import Engine
from .evidence import score
from .jobs import KEY_LENGTH, Job, evaluation
from .problems import shown
from .setup import Setup
from .ways import Way, flippable, names

KEPT = "kept"
"""Folder of a comparison in which ways are kept."""

_OF_EVALUATION = ("thresholds", "temperature", "out_of_range")
"""Of a model's card, what its own evaluation has chosen: a mean of models has others."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A model that was kept.

    Attributes:
        model: Its `model.pt`.
        bundle: Whose configurations take it.
        fold: Whose test part none of its networks has seen; `EVERY` where there is none.
        score: Test AUC of that part; None without.
    """

    model: Path
    bundle: str
    fold: str
    score: Interval | None

    def __str__(self) -> str:
        told = f"test AUC of fold {self.fold} {self.score}" if self.score else "not scored: it has seen every image"
        return f"kept: {shown(self.model)}, {told}"


def refuse_unkept(setup: Setup, name: str, *, refit: bool) -> None:
    """Refuse a name that no way of a plan will have, before anything trains.

    Raises:
        PlanError: There is none, or ways of this plan cannot be kept.
    """
    plan = setup.plan
    if plan.compared or plan.mode == "as_published" or any(arm.features for arm in plan.initialisations.values()):
        raise PlanError(
            "--keep takes a plan of one initialisation, of networks that read images as their bundle does; got "
            f"{', '.join(plan.initialisations)} in mode {plan.mode}: leave it out, or give --plan cv"
        )
    known: dict[str, None] = {}
    for bundle, its in setup.problems.items():
        tested = [its.tested[fold] for fold in plan.folds for _ in plan.seeds]
        parts = set(tested)
        count, flips = min(map(tested.count, parts)), bundle in flippable(setup)
        known |= dict.fromkeys(names(count, len(parts), flips=flips, refit=refit))
    if name not in known:
        raise PlanError(f"--keep is one of {'; '.join(known)}; got {name!r}: give one of them")


def keep(found: Comparison, name: str, engine: Engine) -> list[Kept]:
    """Write what is called `name` into `kept/` of the comparison's folder, evaluate it, and return the models.

    Of each bundle a model for each test part, which none of its networks has seen; of the mean of all a single one.
    """
    models = [_write(found.setup, way, list(ones)) for way in found.ways if way.name == name for ones in way.members]
    plan, problems = found.setup.plan, found.setup.problems
    scored = [its for its in models if its.trial.fold != EVERY]
    jobs = [evaluation(its.job, its.trial, plan, problems[its.trial.bundle]) for its in scored]
    with engine:
        carry_out_jobs(jobs, engine)
    return [
        Kept(
            model=Path(its.job.folder) / "models" / "model.pt",
            bundle=its.trial.bundle,
            fold=its.trial.fold,
            score=score(its) if its in scored else None,
        )
        for its in models
    ]


def _write(setup: Setup, way: Way, ones: Sequence[Trained]) -> Trained:
    """Write a model unless it is there, and return it as if it had been trained."""
    folders = [Path(its.job.folder) / "models" for its in ones]
    cards = [read_model(folder) for folder in folders]
    tested = {setup.problems[way.bundle].tested.get(its.trial.fold) for its in ones}
    fold = ones[0].trial.fold if len(tested) == 1 else EVERY
    key = sha256(json.dumps([way.flips, *(card["run_key"] for card in cards)]).encode())[:KEY_LENGTH]
    place = "_".join(re.findall(r"\w+", way.name))
    folder = setup.out / KEPT / place / f"{way.bundle}_fold_{fold}"
    models = folder / "models"
    seen = frozenset[str]().union(*(read_seen(its / "model.pt") for its in folders))
    sources = dict.fromkeys(card["weights_source"] for card in cards)
    card: dict[str, Any] = {name: value for name, value in cards[0].items() if name not in _OF_EVALUATION}
    card |= {
        "run_key": key,
        "backbone": together([card["backbone"] for card in cards], flips=way.flips),
        "fold": fold,
        "weights_source": "; ".join(sources),
        "way": way.name,
        "members": [{name: its[name] for name in ("run_key", "fold", "seed", "best_epoch")} for its in cards],
    }
    if len({its.trial.fold for its in ones}) > 1:  # what validates one was trained on by the others
        card["refit"] = True
    if fold == EVERY:
        card["images"] = {"train": len(seen)}
    if not (models / "model.json").is_file() or read_model(models)["run_key"] != key:
        shutil.rmtree(folder, ignore_errors=True)  # with the evaluation of what was kept here before
        models.mkdir(parents=True)
        write_seen(models, seen)
        write_tensors(models / "model.pt", _joined(folders))
        write_json(models / "model.json", card)
    job = Job(name=f"{way.bundle} {way.name} fold {fold}", key=key, folder=str(folder), marker=SEEN, arguments=())
    trial = replace(ones[0].trial, fold=fold)
    return replace(ones[0], trial=trial, job=job, model=card)


def _joined(folders: Sequence[Path]) -> dict[str, torch.Tensor]:
    """Return the tensors of a `Classifier` of all these networks."""
    joined: dict[str, torch.Tensor] = {}
    for place, folder in enumerate(folders):
        state = torch.load(folder / "model.pt", weights_only=True, mmap=True)
        before = f"others.{place - 1}." if place else ""
        joined |= {f"{before}{name}": tensor for name, tensor in state.items()}
    return joined
