"""A trial as commands: how it is trained and evaluated, where, and under which key it is known."""

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..bundles import BODY_STARTS_AT
from ..files import sha256
from .as_published import overlay, settings
from .beginnings import Beginning
from .plan import WHOLE, Plan, Trial
from .problems import ROOT, Problem, shown

PROGRAM = ("-m", "monai.bundle", "run")
"""What Python runs: head keys are all that a comparison says to a bundle."""

LOCALIZE = ("scripts/localize.py",)
"""What Python runs to measure maps against masks."""

FLIPS = ("-m", "common.comparison.flipped")
"""What Python runs to see a test part as mirror images too."""

FLIPPED = "flipped"
"""Folder of a run in which that leaves its predictions."""

REFIT = "common/overlays/refit.json"
"""What trains on the validation part too."""

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
    """

    name: str
    key: str
    folder: str
    marker: str
    arguments: tuple[str, ...]

    @property
    def command(self) -> str:
        """The command as a shell reads it, from the root of the repository."""
        return shlex.join(["python", *self.arguments])


def training(
    trial: Trial, plan: Plan, problem: Problem, beginning: Beginning, out: Path, *, refit_epochs: int = 0
) -> Job:
    """Return the training of a trial, in a folder of `out` that is called by its key.

    With `refit_epochs` it is trained on the validation part too, for so many epochs.
    """
    head = {
        "backbone": trial.backbone,
        "pretrained": plan.initialisations[trial.initialisation].pretrained,
        "trainable": trial.trainable,
        "learning_rate": trial.learning_rate,
        "fold": trial.fold,
        "seed": trial.seed,
        **plan.head,
        **settings(plan, problem.config),
        **_share(trial),
        **({"max_epochs": refit_epochs} if refit_epochs else {}),
    }
    overlays = [*overlay(plan), *_shared(trial), *([REFIT] if refit_epochs else [])]
    key = _key(head, problem, beginning, overlays)
    folder = out / "runs" / key
    files = [_config(trial.bundle, "train"), *overlays]
    return Job(
        name=f"{trial}{', with the validation part' if refit_epochs else ''}",
        key=key,
        folder=str(folder),
        marker="trained.json",
        arguments=(*_files(files), *_places(problem, folder), *_knobs(head)),
    )


def evaluation(job: Job, trial: Trial, plan: Plan, problem: Problem) -> Job:
    """Return the evaluation of a trained trial, which touches the test part."""
    evaluate = _config(trial.bundle, "evaluate")
    files = [_config(trial.bundle, "train"), *overlay(plan), evaluate, *_shared(trial)]
    kept = {key: plan.head[key] for key in ("batch_size", "num_workers", "precision", "device") if key in plan.head}
    modes = {**settings(plan, problem.config), **_share(trial)}
    head = {**kept, **{key: value for key, value in modes.items() if "::" in key}}
    content = (ROOT / evaluate).read_bytes()
    return Job(
        name=f"{trial}, test",
        key=sha256(job.key.encode() + content)[:KEY_LENGTH],
        folder=job.folder,
        marker="evaluated.json",
        arguments=(*_files(files), *_places(problem, Path(job.folder)), *_knobs(head)),
    )


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


def _key(head: Mapping[str, Any], problem: Problem, beginning: Beginning, overlays: Sequence[str]) -> str:
    """Return the hash of configuration, data and weights."""
    config = {**problem.config, **head}
    names = list(problem.config)
    own = names[: names.index(BODY_STARTS_AT)]
    settings = {key: value for key, value in config.items() if key not in UNIMPORTANT or key not in own}
    modes = [json.loads((ROOT / path).read_text(encoding="utf-8")) for path in overlays]
    facts = [settings, modes, dict(problem.hashes), beginning.sha256]
    return sha256(json.dumps(facts, sort_keys=True).encode())[:KEY_LENGTH]


def _config(bundle: str, name: str) -> str:
    return f"bundles/{bundle}/configs/{name}.json"


def _files(files: Sequence[str]) -> tuple[str, ...]:
    listed = files[0] if len(files) == 1 else f"[{','.join(map(repr, files))}]"
    return (*PROGRAM, "--config_file", listed)


def _places(problem: Problem, folder: Path) -> tuple[str, ...]:
    models, results = shown(folder / "models"), shown(folder / "eval")
    return "--dataset_dir", problem.dataset_dir, "--ckpt_dir", models, "--output_dir", results


def _knobs(head: Mapping[str, Any]) -> tuple[str, ...]:
    words = ((f"--{key}", value if isinstance(value, str) else json.dumps(value)) for key, value in head.items())
    return tuple(word for pair in words for word in pair)
