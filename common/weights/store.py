"""Imported weights on this machine: one safetensors file and one JSON each, where every bundle finds them by name."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import WeightsError
from ..files import read_json, sha256, sha256_of_file, write_bytes, write_json
from .formats.safe import HEADER
from .sources import NAMES, SOURCES, PretrainedSource

if TYPE_CHECKING:
    from .certificate import Certificate

AUTO = ("radimagenet", "radimagenet_keras")
"""What `pretrained: auto` takes, whichever has the backbone: each variant was published by one of the two."""


def place() -> Path:
    """Return the folder of imported weights: `RADIMAGENET_WEIGHTS`, else `weights` in the repository."""
    return Path(os.environ.get("RADIMAGENET_WEIGHTS") or Path(__file__).resolve().parents[2] / "weights")


def path_of(source: PretrainedSource) -> Path:
    """Return where the weights of `source` lie once they are imported."""
    return place() / f"{source.name}_{source.network}.safetensors"


def resolve(pretrained: str, network: str) -> Path | None:
    """Return the file that `pretrained` means for a backbone; None where `auto` finds nothing imported.

    Raises:
        WeightsError: Weights that are not imported, not published for this backbone, or changed since; no such file.
    """
    if pretrained == "auto":
        sources = (SOURCES[name, network] for name in AUTO if (name, network) in SOURCES)
        return next((_intact(source) for source in sources if path_of(source).is_file()), None)
    if pretrained not in NAMES:
        if Path(pretrained).is_file():
            return Path(pretrained)
        raise WeightsError(
            f"pretrained is auto, random, {', '.join(NAMES)} or the path of a weights file; there is no {pretrained!r}"
        )
    if (pretrained, network) not in SOURCES:
        having = ", ".join(other for name, other in SOURCES if name == pretrained)
        raise WeightsError(
            f"{pretrained} has no {network}, only {having}: give --backbone or --pretrained another value"
        )
    source = SOURCES[pretrained, network]
    if not path_of(source).is_file():
        raise WeightsError(
            f"pretrained is {pretrained}, whose {network} is not imported in {place()}: get {source.where}, then "
            "python scripts/weights.py import FILE; or give --pretrained random"
        )
    return _intact(source)


def install(certificate: "Certificate", *, replace: bool = False) -> Path:
    """Write certified weights and their JSON, and return the path; the same weights again change nothing.

    Raises:
        WeightsError: Weights of no published source, or other weights of this source that are imported already.
    """
    from safetensors.torch import save

    weights, declaration, source = certificate.weights, certificate.declaration, certificate.declaration.source
    if source is None:
        raise WeightsError(f"only published weights are imported; give {certificate.path} itself as --pretrained")
    about = {
        "source": source.name,
        "network": source.network,
        "contract": source.contract,
        "sha256_of_original": declaration.sha256,
        "known": declaration.known,
        "title": declaration.title,
    }
    content = save(weights.tensors, metadata={HEADER: json.dumps(about)})
    path = path_of(source)
    if path.is_file() and not replace and sha256_of_file(path) != sha256(content):
        raise WeightsError(f"other weights are imported as {path}: give --replace to put these in their place")
    described = {key: getattr(source, key) for key in ("evidence", "licence", "terms", "citation", "where")}
    # The JSON first: the weights count as imported once their file is there.
    write_json(_sidecar(path), {"sha256": sha256(content), **about, **described, "certificate": _lasting(certificate)})
    write_bytes(path, content)
    return path


def _lasting(certificate: "Certificate") -> dict[str, object]:
    """Return the findings on the tensors, which are the same whichever copy of them was certified."""
    facts = certificate.as_json()
    return {
        key: facts[key] for key in ("tensors", "values", "input_fit", "exploded_variances", "dead_channels", "warnings")
    }


def _sidecar(path: Path) -> Path:
    return path.with_suffix(".json")


def _intact(source: PretrainedSource) -> Path:
    path = path_of(source)
    if read_json(_sidecar(path), default={}).get("sha256") != sha256_of_file(path):
        raise WeightsError(f"{path} is not as it was imported: import its original again with --replace")
    return path
