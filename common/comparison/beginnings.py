"""The weights that a plan begins from, certified before anything trains."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..errors import DatasetError, WeightsError
from ..files import sha256_of_file
from ..seen import read_seen, refuse_seen
from .plan import GIVEN, Plan
from .problems import Problem

RANDOM = "random"
"""What stands for the hash of random weights, which the seed alone decides."""


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """The weights of one initialisation for one backbone.

    Attributes:
        sha256: Of their file; `RANDOM` for none.
        title: What they are.
        warnings: What their certificate says against them, a sentence each.
        seen: Digests of the images that they have seen.
    """

    sha256: str
    title: str
    warnings: tuple[str, ...] = ()
    seen: frozenset[str] = frozenset()


def beginnings(plan: Plan) -> dict[tuple[str, str], Beginning]:
    """Return the weights of each initialisation and backbone.

    Raises:
        WeightsError: Weights that are not there, not of that backbone, or that fail their certificate.
    """
    arms = {name: arm for name, arm in plan.initialisations.items() if not arm.features}
    wanted = {(arm.pretrained, backbone) for arm in arms.values() for backbone in plan.backbones}
    known = {its: _beginning(*its) for its in sorted(wanted)}
    given = {name: arm.features for name, arm in plan.initialisations.items() if arm.features}
    return {
        **{
            (name, backbone): known[arm.pretrained, backbone]
            for name, arm in arms.items()
            for backbone in plan.backbones
        },
        **{(name, GIVEN): _given(path) for name, path in given.items()},
    }


def _given(path: str) -> Beginning:
    if not Path(path).is_file():
        raise DatasetError(f"there is no file of features {path!r}: give --features NAME=FILE.npz")
    unknown = "whether it has seen the tested images is not known"
    return Beginning(sha256=sha256_of_file(path), title=f"features of {Path(path).name}", warnings=(unknown,))


def _beginning(pretrained: str, backbone: str) -> Beginning:
    from ..weights.certificate import certify
    from ..weights.store import resolve

    path = None if pretrained == RANDOM else resolve(pretrained, backbone)
    if path is None:
        return Beginning(sha256=RANDOM, title="random weights")
    certificate = certify(path)
    if certificate.weights.network != backbone:
        raise WeightsError(
            f"weights must be of the backbone, {backbone}; {path} holds {certificate.weights.network}: "
            "give the plan other backbones, or other weights"
        )
    return Beginning(
        sha256=sha256_of_file(path),
        title=certificate.declaration.title,
        warnings=tuple(certificate.warnings),
        seen=read_seen(path),
    )


def refuse_tested(found: Iterable[Beginning], problems: Iterable[Problem]) -> None:
    """Refuse weights that have seen an image on which the plan would test them.

    Raises:
        WeightsError: Any has.
    """
    for problem in problems:
        tested = frozenset().union(*problem.tested.values())
        for beginning in found:
            refuse_seen(beginning.seen, tested, weights=beginning.title)
