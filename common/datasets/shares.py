"""Less or more to train on: a share of the patients, a smaller one inside a larger, or two parts together."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import ConfigError, SplitError
from ..files import sha256
from .items import Items


def whose(item: Mapping[str, Any]) -> str:
    """Return the patient of a labelled item; else its study, else its pixels: an image alone is its own patient."""
    study = f"study {item['study']}" if item["study"] else f"image {item['pixels']}"
    return item["patient"] or study


def share_of(items: Items, *, percent: float, seed: int) -> Items:
    """Return the items of that percentage of the patients, rounded up, in their order.

    Patients stand in an order of their own for each seed, by a hash of both, and a share is its first part: so shares
    of a seed are nested, and those of several seeds are repeated draws. Kinds of patients, by the labels that theirs
    have, alternate in the order as often as they occur.

    Args:
        items: Of `read_items`.
        percent: Above 0, up to 100.
        seed: Of the training.

    Raises:
        ConfigError: No percentage.
        SplitError: A class that the whole has is not in the share.
    """
    if not 0 < percent <= 100:
        raise ConfigError(f"a share is above 0 and up to 100 percent; got {percent!r}: give --train::share another")
    order = _order(items, seed)
    chosen = set(order[: math.ceil(len(order) * percent / 100)])
    kept = [item for item in items if whose(item) in chosen]
    if absent := sorted(_known(items) - _known(kept)):
        raise SplitError(
            f"{percent:g} % of {len(order)} training patients (seed {seed}) have no {absent[0]}: take a larger share"
        )
    return Items(kept, items.origin)


def together(first: Items, second: Items) -> Items:
    """Return the items of both parts of one fold."""
    return Items([*first, *second], first.origin)


def _order(items: Sequence[Mapping[str, Any]], seed: int) -> list[str]:
    labels: dict[str, set[str]] = {}
    for item in items:
        labels.setdefault(whose(item), set()).update(_known([item]))
    kinds: dict[str, list[str]] = {}
    for patient in sorted(labels, key=lambda patient: sha256(f"{seed} {patient}".encode())):
        kinds.setdefault(" ".join(sorted(labels[patient])), []).append(patient)
    # The k-th of n stands at (k - 1/2) / n of the way: kinds are spread evenly (systematic sampling).
    places = {
        patient: ((number + 0.5) / len(its), kind) for kind, its in kinds.items() for number, patient in enumerate(its)
    }
    return sorted(places, key=lambda patient: places[patient])


def _known(items: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return the classes that items have, or what is known of their findings."""
    labels = [item["label"] for item in items]
    findings = {f"{name} {value}" for its in labels if isinstance(its, dict) for name, value in its.items() if value}
    return findings | {its for its in labels if not isinstance(its, dict)}
