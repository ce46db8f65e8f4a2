"""Which published training a file is, and the input it therefore wants; told from its hash, its header or its form."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ..errors import WeightsError
from ..files import hash_of_file, read_json
from ..networks.input_contract import NORMALISATIONS
from .recognise import Weights
from .sources import SOURCES, PretrainedSource

WHOLE_MODEL = "Keras HDF5, whole model"
"""The form in which RadImageNet's Keras weights are published; Keras publishes its own without the model."""

SHAM = "sham.json"
"""Beside a `model.pt` that is the shuffled values of other weights: which."""


class Declaration(NamedTuple):
    """What a file is taken for.

    `source` is None for what nobody published: a model of one's own. `known` is `known` (the registry's hash),
    `different` (from the registry's hash) or `unknown` (the registry has none); `told_by` says what decided.
    """

    source: PretrainedSource | None
    contract: str
    sha256: str
    known: str
    told_by: str
    title: str


def declare(weights: Weights, path: str | Path, *, source: str = "") -> Declaration:
    """Return what the weights in the file at `path` are taken for.

    Args:
        weights: Read from that file.
        path: The file.
        source: A source's name, where the user says which training it is.

    Raises:
        WeightsError: A source that has no such network, or a file that two trainings fit: the user has to say which.
    """
    hashes = hashes_of_file(path)
    candidates = [entry for (_, network), entry in SOURCES.items() if network == weights.network]
    known = [entry for entry in candidates if _is_known(entry, hashes)]
    if source:
        chosen, told_by = _named(source, weights.network), "--source"
    elif known:
        chosen, told_by = known[0], "its hash"
    elif weights.about:
        return _by_header(weights, path, hashes["sha256"])
    else:
        chosen, told_by = _by_form(weights, candidates, path)
    state = "known" if chosen in known else "different" if _has_hash(chosen, weights.form) else "unknown"
    title = chosen.title if chosen in known else f"{Path(path).name}, taken for {chosen.title}"
    return Declaration(chosen, chosen.contract, hashes["sha256"], state, told_by, title)


def hashes_of_file(path: str | Path) -> dict[str, str]:
    """Return the SHA-256 and the MD5 (which Keras publishes) of a file, hexadecimal."""
    return {algorithm: hash_of_file(path, algorithm) for algorithm in ("sha256", "md5")}


def _is_known(source: PretrainedSource, hashes: dict[str, str]) -> bool:
    return any(
        (file.sha256 and hashes["sha256"].startswith(file.sha256)) or (file.md5 and hashes["md5"] == file.md5)
        for file in source.files
    )


def _has_hash(source: PretrainedSource, form: str) -> bool:
    """Return whether the registry knows a hash of this source in this form."""
    ending = ".h5" if "HDF5" in form else (".pt", ".pth")
    return any(file.name.endswith(ending) and (file.sha256 or file.md5) for file in source.files)


def _named(source: str, network: str) -> PretrainedSource:
    if (source, network) not in SOURCES:
        having = ", ".join(name for name, other in SOURCES if other == network)
        raise WeightsError(
            f"a source of {network} is {having or 'not known'}; got {source!r}: give --source another name"
        )
    return SOURCES[source, network]


def _by_header(weights: Weights, path: str | Path, sha256: str) -> Declaration:
    about = weights.about
    contract = about.get("contract", "")
    if contract not in NORMALISATIONS:
        raise WeightsError(
            f"{path}: an input contract is one of {', '.join(NORMALISATIONS)}; its header says {contract!r}: "
            "import the original file again"
        )
    if published := SOURCES.get((about.get("source", ""), weights.network)):
        original, known, title = (about.get(key, "unknown") for key in ("sha256_of_original", "known", "title"))
        return Declaration(published, contract, original, known, "its header", title)
    return Declaration(None, contract, sha256, "unknown", "its own buffers", _trained_model(Path(path)))


def _trained_model(path: Path) -> str:
    """Return in words what a model of this collection is; the data only from the card that a run writes beside it."""
    if sham := read_json(path.with_name(SHAM), default={}):
        return f"a sham: {sham['of']}, each tensor shuffled"
    card = read_json(path.with_name("model.json"), default={}) if path.name == "model.pt" else {}
    data = card.get("dataset", {})
    images = f" trained on {'SYNTHETIC images, ' if data['synthetic'] else ''}{data['name']}" if data else ""
    return f"a model of this collection{images}"


def _by_form(
    weights: Weights, candidates: Sequence[PretrainedSource], path: str | Path
) -> tuple[PretrainedSource, str]:
    """Return the source whose files have this form; of two, the one whose input the batch norms clearly remember."""
    fitting = [entry for entry in candidates if _publishes(entry, weights)] or candidates
    if len(fitting) == 1:
        return fitting[0], f"its form ({weights.layout})"
    from .input_check import CLOSE, distances, much_better

    found = distances(weights.network, weights.tensors, [entry.contract for entry in fitting])
    best, second = list(found)[:2]
    if found[best] < CLOSE and much_better(found[best], found[second]):
        return next(entry for entry in fitting if entry.contract == best), "the input its first batch norm remembers"
    if weights.form == WHOLE_MODEL:
        return next(entry for entry in fitting if entry.name == "radimagenet_keras"), f"its form ({WHOLE_MODEL})"
    names = " or ".join(entry.name for entry in fitting)
    raise WeightsError(f"{path}: {weights.layout} {weights.network} weights of {names}: say which with --source NAME")


def _publishes(source: PretrainedSource, weights: Weights) -> bool:
    if weights.layout == "Keras":
        return source.files[0].name.endswith(".h5")
    if weights.network.endswith("_keras"):
        return source.files[-1].name.endswith(".pth")
    return (weights.layout == "RadImageNet's .pt") == (source.name == "radimagenet")
