"""A trial as commands: how it is trained and evaluated, where, and under which key it is known."""

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..bundles import BODY_STARTS_AT
from ..datasets.folds import EVERY
from ..files import sha256
from .as_published import overlay, settings, trainable
from .beginnings import RANDOM, Beginning
from .plan import FROZEN, WHOLE, Plan, Trial
from .problems import ROOT, Problem, shown

PROGRAM = ("-m", "monai.bundle", "run")
"""What Python runs: head keys are all that a comparison says to a bundle."""

STORED = ("-m", "common.features")
"""The same for heads that are trained on stored features."""

LOCALIZE = ("scripts/localize.py",)
"""What Python runs to measure maps against masks."""

FLIPS = ("-m", "common.comparison.flipped")
"""What Python runs to see a test part as mirror images too."""

FLIPPED = "flipped"
"""Folder of a run in which that leaves its predictions."""

REFIT = "common/overlays/refit.json"
"""What trains on the validation part too."""

REFIT_ALL = "common/overlays/refit_all.json"
"""What trains on every image, as fold `EVERY`."""

MAPS = "localization"
"""Folder of a run in which it leaves what it measured."""

SHARE = "common/overlays/share.json"
"""What trains on a share of the patients; given last, also to an evaluation, which looks at what was trained on."""

KEY_LENGTH = 16
"""Hexadecimal digits of a key, as of a run's own (`common.runs`)."""

UNIMPORTANT = ("_desc_", "_like_", "_differs_", "bundle_root", "dataset_dir", "ckpt_dir", "output_dir", "pretrained",
               "tensorboard", "num_workers")  # fmt: skip
"""Head keys that do not change what a training gives; where data and weights lie does not, what they hold does."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """A command that is run once.

    Attributes:
        name: For people.
        key: Hash of all that its result depends on.
        folder: Where it writes.
        marker: File in the folder that says it is finished.
        arguments: Of Python.
        store: Folder of the features that it works on, or fills; jobs on the same one share a process, in their order.
    """

    name: str
    key: str
    folder: str
    marker: str
    arguments: tuple[str, ...]
    store: str = ""

    @property
    def command(self) -> str:
        """The command as a shell reads it, from the root of the repository."""
        return shlex.join(["python", *self.arguments])


def training(
    trial: Trial, plan: Plan, problem: Problem, beginning: Beginning, out: Path, *, refit_epochs: int = 0
) -> Job:
    """Return the training of a trial, a head's on stored features, in a folder of `out` that is called by its key.

    With `refit_epochs` it is trained on the validation part too, of fold `EVERY` on all there is, for so many epochs.
    """
    refit = [REFIT_ALL if trial.fold == EVERY else REFIT] if refit_epochs else []
    head = {**_head(trial, plan, problem), **_share(trial), **({"max_epochs": refit_epochs} if refit_epochs else {})}
    overlays = [*overlay(plan), *_shared(trial), *refit]
    frozen = trial.trainable == FROZEN
    key = _key(head, problem, beginning, [*overlays, *([plan.views] if frozen else [])])
    folder = out / "runs" / key
    store = extraction(trial, plan, problem, beginning, out).folder if frozen else ""
    files = _files((*STORED, "train") if frozen else PROGRAM, [_config(trial.bundle, "train"), *overlays])
    return Job(
        name=f"{trial}{', with the validation part' if REFIT in refit else ''}",
        key=key,
        folder=str(folder),
        marker="trained.json",
        arguments=(*files, *_on(store), *_places(problem, folder), *_knobs(head)),
        store=store,
    )


def evaluation(job: Job, trial: Trial, plan: Plan, problem: Problem) -> Job:
    """Return the evaluation of a trained trial, which touches the test part."""
    evaluate = _config(trial.bundle, "evaluate")
    files = [_config(trial.bundle, "train"), *overlay(plan), evaluate, *_shared(trial)]
    kept = {key: plan.head[key] for key in ("batch_size", "num_workers", "precision", "device") if key in plan.head}
    modes = {**settings(plan, trial.bundle, problem.config), **_share(trial)}
    head = {**kept, **{key: value for key, value in modes.items() if "::" in key}}
    content = (ROOT / evaluate).read_bytes()
    begins = (*STORED, "evaluate") if job.store else PROGRAM
    places = (*_on(job.store), *_places(problem, Path(job.folder)))
    return Job(
        name=f"{trial}, test",
        key=sha256(job.key.encode() + content)[:KEY_LENGTH],
        folder=job.folder,
        marker="evaluated.json",
        arguments=(*_files(begins, files), *places, *_knobs(head)),
        store=job.store,
    )


def extraction(trial: Trial, plan: Plan, problem: Problem, beginning: Beginning, out: Path) -> Job:
    """Return the pass over the data that stores the features of a frozen trial's network, the same for many trials."""
    head = {key: value for key, value in _head(trial, plan, problem).items() if key not in _OF_HEADS}
    if beginning.sha256 != RANDOM:
        del head["seed"]  # which decides random weights alone
    body = [problem.config["validate"]["preprocessing"], problem.config["train"]["deterministic_transforms"]]
    drawn = [problem.config["train"][key] for key in ("random_transforms", "trainer")] if plan.views else []
    defaults = {key: problem.config[key] for key in _OF_FEATURES}
    given = {key: value for key, value in head.items() if key in (*_OF_FEATURES, "seed") or "::" in key}
    facts = [{**defaults, **given}, body, drawn, plan.views, dict(problem.hashes), beginning.sha256]
    key = _hash(facts)
    folder = str(out / "features" / key)
    files = [_config(trial.bundle, "train"), *overlay(plan)]
    arguments = (*_on(folder), "--views", str(plan.views), "--dataset_dir", problem.dataset_dir, *_knobs(head))
    return Job(
        name=f"features: {trial.bundle} {trial.initialisation} {trial.backbone}"
        + (f" seed {trial.seed}" if "seed" in head else ""),
        key=key,
        folder=folder,
        marker="extracted.json",
        arguments=(*_files((*STORED, "extract"), files), *arguments),
        store=folder,
    )


def probing(store: Job, fold: str, bundle: str, problem: Problem) -> Job:
    """Return what linear probe and nearest neighbours make of a store, tested on a fold."""
    folder = Path(store.folder) / "probes" / fold
    where = (*_on(store.folder), "--out", shown(folder), "--dataset_dir", problem.dataset_dir, "--fold", fold)
    return Job(
        name=f"probes, {store.name.removeprefix('features: ')} fold {fold}",
        key=_hash([store.key, fold]),
        folder=str(folder),
        marker="probed.json",
        arguments=(*_files((*STORED, "probe"), [_config(bundle, "train")]), *where),
        store=store.folder,
    )


_OF_FEATURES = ("backbone", "input_contract", "window", "image_size", "precision")
"""Head keys of `train.json` that decide what features are."""

_OF_HEADS = ("trainable", "learning_rate", "fold", "max_epochs", "patience", "val_interval")
"""Head keys of a trial that only say how a head is trained on them."""


def _head(trial: Trial, plan: Plan, problem: Problem) -> dict[str, Any]:
    """Return the head keys that a trial sets."""
    arm = plan.initialisations[trial.initialisation]
    return {
        "backbone": trial.backbone,
        "pretrained": shown(arm.features) if arm.features else arm.pretrained,
        "trainable": trainable(plan, trial.trainable),
        "learning_rate": trial.learning_rate,
        "fold": trial.fold,
        "seed": trial.seed,
        **plan.head,
        **settings(plan, trial.bundle, problem.config),
    }


def localisation(job: Job, trial: Trial, problem: Problem) -> Job:
    """Return the measurement of a trained trial's maps against the masks of its validation and test part."""
    folder = Path(job.folder)
    places = "--dataset_dir", problem.dataset_dir, "--ckpt_dir", shown(folder / "models"), "--out", shown(folder / MAPS)
    return Job(
        name=f"{trial}, maps",
        key=sha256(f"{job.key} maps".encode())[:KEY_LENGTH],
        folder=job.folder,
        marker="localised.json",
        arguments=(*LOCALIZE, trial.bundle, *places, "--images", "0"),
    )


def flips(job: Job, trial: Trial, problem: Problem) -> Job:
    """Return the second look at the test part of an evaluated trial, as mirror images."""
    folder = Path(job.folder)
    return Job(
        name=f"{trial}, flips",
        key=sha256(f"{job.key} flips".encode())[:KEY_LENGTH],
        folder=job.folder,
        marker="flipped.json",
        arguments=(*FLIPS, trial.bundle, *_places(problem, folder), "--out", shown(folder / FLIPPED)),
    )


def _share(trial: Trial) -> dict[str, Any]:
    return {"train::share": trial.size} if trial.size < WHOLE else {}


def _shared(trial: Trial) -> list[str]:
    return [SHARE] if trial.size < WHOLE else []


def _key(head: Mapping[str, Any], problem: Problem, beginning: Beginning, modes: Sequence[str | int]) -> str:
    """Return the hash of configuration, data and weights; `modes` are overlays, and the views of stored features."""
    config = {**problem.config, **head}
    names = list(problem.config)
    own = names[: names.index(BODY_STARTS_AT)]
    settings = {key: value for key, value in config.items() if key not in UNIMPORTANT or key not in own}
    read = [json.loads((ROOT / its).read_text(encoding="utf-8")) if isinstance(its, str) else its for its in modes]
    return _hash([settings, read, dict(problem.hashes), beginning.sha256])


def _hash(facts: Any) -> str:
    return sha256(json.dumps(facts, sort_keys=True).encode())[:KEY_LENGTH]


def _config(bundle: str, name: str) -> str:
    return f"bundles/{bundle}/configs/{name}.json"


def _files(begins: Sequence[str], files: Sequence[str]) -> tuple[str, ...]:
    listed = files[0] if len(files) == 1 else f"[{','.join(map(repr, files))}]"
    return (*begins, "--config_file", listed)


def _on(store: str) -> tuple[str, ...]:
    return ("--store", shown(store)) if store else ()


def _places(problem: Problem, folder: Path) -> tuple[str, ...]:
    models, results = shown(folder / "models"), shown(folder / "eval")
    return "--dataset_dir", problem.dataset_dir, "--ckpt_dir", models, "--output_dir", results


def _knobs(head: Mapping[str, Any]) -> tuple[str, ...]:
    words = ((f"--{key}", value if isinstance(value, str) else json.dumps(value)) for key, value in head.items())
    return tuple(word for pair in words for word in pair)
