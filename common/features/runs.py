"""A run on stored features, which leaves what a run of the bundle leaves: `model.pt`, `model.json`, predictions."""

import copy
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from ..datasets.items import image_keys
from ..runs import check_data, check_settings, read_model
from .configured import configured
from .head import Part, train_head
from .network import network_of
from .store import Store, open_store

_HEAD = "classifier.1."
"""What a `Classifier` calls its linear layer."""

_RECIPE = ("loss", "optimizer", "lr_scheduler")
"""Ids that say how a head is trained; augmentation is the store's."""


def train(files: str, given: Mapping[str, str], *, store: str | Path) -> None:
    """Train a configuration's head on stored features and write the whole network.

    Raises:
        UserError: No such store, an image that it lacks, or whatever `train.json` refuses.
    """
    parser, stored = configured(files, given), open_store(store)
    network = network_of(files, given, stored.card)
    parts = {name: items_of(files, given, f"{place}::dataset::data") for name, place in _PLACES.items()}
    run = parser.get_parsed_content("run_record")
    run.open(parts["train"], parts["valid"], network)
    run.card |= {
        "recipe": {id_: parser[id_] for id_ in _RECIPE},
        "features": {key: stored.card[key] for key in ("source", "precision", "views", "width")},
    }
    names, head = parser["class_names"], copy.deepcopy(network.classifier)
    training, validation = (_part(stored, parts[name], names) for name in ("train", "valid"))
    best = train_head(parser, head, training, validation)
    run.record(seconds=sum(entry["seconds"] for entry in best.history), history=best.history)
    trained = copy.deepcopy(network)
    trained.classifier.load_state_dict(best.state)
    run.save_model(trained, best_epoch=best.epoch, **{best.metric: best.value})


_PLACES = {"train": "train", "valid": "validate"}
"""Where the parts stand in a configuration."""


def items_of(files: str, given: Mapping[str, str], id_: str) -> Any:
    """Return the items that a configuration reads at an id; runs on the same fold share them, so do not change them."""
    decisive = {key: its for key, its in given.items() if key in ("dataset_dir", "seed", *_OF_MODEL) or "::" in key}
    return _read(files, tuple(decisive.items()), id_)


_OF_MODEL = ("class_names", "fold", "image_size", "window")
"""Settings of a model that decide which items it reads, of the data set in `dataset_dir`."""


@lru_cache(maxsize=16)
def _read(files: str, given: tuple[tuple[str, str], ...], id_: str) -> Any:
    return configured(files, dict(given)).get_parsed_content(id_)


def _part(stored: Store, items: Sequence[dict[str, Any]], names: Sequence[str]) -> Part:
    labels = torch.tensor([names.index(item["label"]) for item in items])
    return Part(features=stored.features, rows=stored.rows(image_keys(items)), labels=labels)


def evaluate(files: str, given: Mapping[str, str], *, store: str | Path) -> None:
    """Score a trained head on the test part of its fold, from stored features.

    Writes `predictions.csv` and `metrics.json`, and thresholds and temperature into `model.json`. Figures, report, and
    what inference needs to flag strange images take the images themselves: `evaluate.json` on the same model.

    Raises:
        UserError: No such store or model, or another fold or data than the model's.
    """
    from ..report.evaluation import write_scores

    parser, stored = configured(files, given), open_store(store)
    ckpt_dir, output_dir = (parser.get_parsed_content(key) for key in ("ckpt_dir", "output_dir"))
    check_settings(parser.get_parsed_content("model_settings"), ckpt_dir=ckpt_dir)
    parts = {"valid": "validate::dataset::data", "test": "dataset::data"}
    card = read_model(ckpt_dir)
    own = {**given, **{key: json.dumps(card[key]) for key in _OF_MODEL}}
    items = {name: items_of(files, own, id_) for name, id_ in parts.items()}
    check_data(items["test"], ckpt_dir=ckpt_dir)
    state = torch.load(Path(ckpt_dir) / "model.pt", weights_only=True, mmap=True)
    weight, bias = (state[_HEAD + name].numpy() for name in ("weight", "bias"))
    said = {name: Scored(its, _probabilities(stored, its, weight, bias)) for name, its in items.items()}
    write_scores(said["valid"], said["test"], card, ckpt_dir=ckpt_dir, output_dir=output_dir)


class Scored(NamedTuple):
    """Items, and the probabilities of their classes, `(N, C)`."""

    items: Any
    probabilities: NDArray[np.float32]


def _probabilities(
    stored: Store, items: Sequence[dict[str, Any]], weight: NDArray[np.float32], bias: NDArray[np.float32]
) -> NDArray[np.float32]:
    features = torch.from_numpy(stored.features[stored.rows(image_keys(items)), 0])
    logits = torch.nn.functional.linear(features, torch.from_numpy(weight), torch.from_numpy(bias))
    return torch.softmax(logits, dim=1).numpy()
