"""One training run: its key, its folders, and the cards that describe it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from .bundles import body_of_command_line, command_line, recipe
from .distributed import agree, first_process, wait
from .errors import RunError
from .files import sha256, write_json, write_tensors, write_text
from .locks import hold
from .seen import read_seen, refuse_seen, write_seen
from .shelf import CARD, exchange, refuse_others

if TYPE_CHECKING:
    from torch import nn

KEY_LENGTH = 16
"""Hexadecimal digits of a run's key: 64 bits, so that a million runs collide with probability 3e-8 (n^2 / 2^65)."""

_MODEL = ("model.pt", "model.json", "seen.txt")
"""A model, and what is known of it."""


class Run:
    """A run's folders and what is known of it, shared by the handlers that write them.

    A run is known by its key, the hash of its settings, its data and its initial weights. `ckpt_dir` and `output_dir`
    hold one run at a time; another's are moved to `runs/<key>/` beside them, and back when that run is asked for. Of
    several processes that train together the first writes, and all see the same folders.

    Args:
        settings: The values of the configuration's head that make the result what it is; they go into `model.json`.
        ckpt_dir: Folder of `model.pt`, `model.json` and `training_state.ckpt`.
        output_dir: Folder of `run.json` and what evaluation writes.

    Attributes:
        key: Its hash, once opened.
        card: What is known of it, once opened.
        parts: Handlers with a state that a continued training takes up, by name; they enter themselves.
    """

    def __init__(self, settings: dict[str, Any], ckpt_dir: str, output_dir: str) -> None:
        self.settings = settings
        self.ckpt_dir = Path(ckpt_dir)
        self.output_dir = Path(output_dir)
        self.key = ""
        self.card: dict[str, Any] = {}
        self.parts: dict[str, Any] = {}
        self._seen: frozenset[str] = frozenset()
        self._locks: list[IO[bytes]] = []

    def open(
        self, training: Sequence[dict[str, Any]], validation: Sequence[dict[str, Any]], network: "nn.Module"
    ) -> None:
        """Compute the key from the untrained network, and make the folders hold this run or nothing.

        Raises:
            WeightsError: The network begins from weights that have seen images of the test part.
            RunError: Another process is at work in a folder, or it holds other things than a run.
        """
        data = {"train": _fingerprint(training), "valid": _fingerprint(validation)}
        weights = _hash_of(network.state_dict())
        served = getattr(training, "origin", None) is None  # a plain list, as MONAI Label hands over
        described, began_with = self._began_from(network, weights if served else "")
        refuse_seen(began_with, _tested(training), weights=described)
        self._seen = began_with | _digests(training) | _digests(validation)
        facts = [self.settings, body_of_command_line(), data, weights]
        self.key = sha256(json.dumps(facts, sort_keys=True, default=str).encode())[:KEY_LENGTH]
        self.card = {
            "run_key": self.key,
            **self.settings,
            "weights_source": described,
            "dataset": _describe(training),
            "images": {"train": len(training), "valid": len(validation)},
            "sha256": {"initial_weights": weights, **data},
            "recipe": recipe(),
        }
        agree({"the images to train on": data["train"], "those to validate on": data["valid"], "the run": self.key})
        if first_process():
            self._take_folders(served=served)
        wait()

    def _began_from(self, network: "nn.Module", weights: str) -> tuple[str, frozenset[str]]:
        """Return in words where a network's weights came from, and the digests of the images that they have seen.

        MONAI Label loads `model.pt` into it before it trains, whatever the configuration says it begins from; then
        `weights` is the hash of both.
        """
        path = self.ckpt_dir / "model.pt"
        if weights and path.is_file() and (self.ckpt_dir / "model.json").is_file() and _hash_in(path) == weights:
            card = read_model(self.ckpt_dir)
            return f"the model of run {card['run_key']}, {card['weights_source']}", read_seen(path)
        source = getattr(network, "source", None)
        return getattr(source, "description", "not of this collection"), getattr(source, "seen", frozenset())

    def _take_folders(self, *, served: bool) -> None:
        """Make the folders hold this run or nothing; of a run that MONAI Label has started, also what it serves.

        Without `model.pt` MONAI Label answers with random weights: the old one stays until there is a new one.
        """
        refuse_others(self.ckpt_dir, self.output_dir)
        self._locks = hold(self.ckpt_dir, self.output_dir)
        for folder in (self.ckpt_dir, self.output_dir):
            exchange(folder, self.key, kept=_MODEL if served else ())
            write_text(folder / ".writable", "")  # a folder that cannot be written is found now, not after an epoch
            (folder / ".writable").unlink()

    def save_model(self, network: "nn.Module", **facts: Any) -> None:
        """Write `model.pt`, the plain tensors, `seen.txt`, and `model.json`, the settings and `facts` about it."""
        if not first_process():
            return
        state = {name: tensor.detach().cpu().contiguous() for name, tensor in network.state_dict().items()}
        write_seen(self.ckpt_dir, self._seen)
        write_tensors(self.ckpt_dir / "model.pt", state)
        write_json(self.ckpt_dir / "model.json", {**self.card, **facts})

    def record(self, **facts: Any) -> None:
        """Write `run.json` into both folders: the card; in `output_dir` also machine, versions, command and `facts`.

        Comes before anything else of an epoch, so that whatever lies in a folder is known to be this run's.
        """
        if not first_process():
            return
        write_json(self.ckpt_dir / CARD, self.card)
        write_json(self.output_dir / CARD, {**self.card, **versions(), "command": command_line(), **facts})


def read_model(ckpt_dir: str | Path) -> dict[str, Any]:
    """Return `model.json`.

    Raises:
        RunError: There is none.
    """
    path = Path(ckpt_dir) / "model.json"
    if not path.is_file():
        raise RunError(f"no trained model in {ckpt_dir}: run this bundle's train.json first")
    card: dict[str, Any] = json.loads(path.read_text())
    return card


def versions() -> dict[str, Any]:
    """Return the versions of what computes, and the machine it computes on."""
    import platform
    from importlib.metadata import version

    import torch

    packages = ("monai", "torch", "pytorch-ignite", "numpy", "pillow")
    accelerator = (
        torch.cuda.get_device_name() if torch.cuda.is_available() else f"CPU, {torch.get_num_threads()} threads"
    )
    return {
        "versions": {"python": platform.python_version(), **{name: version(name) for name in packages}},
        "machine": f"{platform.machine()}, {accelerator}",
    }


def _fingerprint(items: Any) -> str:
    """Return a hash of which images are read and how they are labelled; moving the data set leaves it as it is."""
    origin = getattr(items, "origin", None)
    if origin and hasattr(items, "digests"):  # a sharded store, whose index has a hash: a million rows are not listed
        return sha256(json.dumps([origin.index_sha256, items.part, items.skipped]).encode())
    below = f"{origin.root if origin else Path()}/"
    rows = [
        [str(item["image"]).removeprefix(below), item.get("frame", ""), _without(below, item["label"])]
        for item in items
    ]
    store = ["store"] if any("stored" in item for item in items) else []  # its 8 bits are not the originals'
    return sha256(json.dumps([origin.index_sha256 if origin else "", rows, *store], default=str).encode())


def _without(prefix: str, label: Any) -> Any:
    """Return a label; paths of masks are below the root, as the image's is."""
    return [str(path).removeprefix(prefix) for path in label] if isinstance(label, list) else label


def _hash_of(state: Mapping[str, Any]) -> str:
    return sha256("".join(name + sha256(state[name].cpu().numpy().tobytes()) for name in sorted(state)).encode())


def _hash_in(path: Path) -> str:
    import torch

    return _hash_of(torch.load(path, map_location="cpu", weights_only=True))


def _digests(items: Sequence[dict[str, Any]]) -> frozenset[str]:
    """Return the digests of the items' pixels, as far as they are known."""
    if hasattr(items, "digests"):  # a sharded store
        return frozenset(f"{digest:016x}" for digest in items.digests().tolist())
    return frozenset(item["pixels"] for item in items if item.get("pixels"))


def _tested(items: Sequence[dict[str, Any]]) -> frozenset[str]:
    """Return the digests of the test part of the fold that items belong to; none where they are a plain list."""
    return getattr(getattr(items, "origin", None), "tested", frozenset())


def _describe(items: Sequence[dict[str, Any]]) -> dict[str, Any]:
    origin = getattr(items, "origin", None)
    if origin is None:
        return {
            "name": "a list of items",
            "synthetic": False,
            "index_sha256": "",
            "shared_patients": {},
            "ordered": False,
        }
    return {
        "name": origin.name,
        "synthetic": origin.synthetic,
        "index_sha256": origin.index_sha256,
        "shared_patients": origin.shared_patients,
        "ordered": origin.ordered,
    }


def check_settings(settings: dict[str, Any], *, ckpt_dir: str) -> None:
    """Refuse settings that are not the trained model's: under another fold it may be scored on images it has seen.

    Raises:
        RunError: No trained model, or another setting.
    """
    card = read_model(ckpt_dir)
    for key, value in settings.items():
        if card[key] != value:
            raise RunError(
                f"a model is used as it was trained, with {key} {card[key]!r}; got {value!r}: "
                f"leave out --{key}, or train so"
            )


def check_data(items: Sequence[dict[str, Any]], *, ckpt_dir: str) -> None:
    """Refuse to score a model on another data set than its own, whose folds it does not know.

    Raises:
        RunError: No trained model, or another data set.
    """
    trained, given = read_model(ckpt_dir)["dataset"], _describe(items)
    if trained["index_sha256"] != given["index_sha256"]:
        raise RunError(
            f"a model is evaluated on the data it was trained on, {trained['name']} (index "
            f"{trained['index_sha256'][:8]}); got {given['name']} (index {given['index_sha256'][:8]}): "
            "train on that first, or score any folder with inference.json"
        )
