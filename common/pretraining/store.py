"""A store, from its pictures to its card: shards, index, facts, and what was left out."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..datasets.left_out import NAME as LEFT_OUT
from ..datasets.left_out import LeftOut, counted, write_left_out
from ..datasets.prepared import DESCRIPTION
from ..errors import DatasetError
from ..files import write_json
from .build import How, write_shards
from .card import CARD, PARTS, SHARDS, Card, hash_of_index, write_card
from .checksums import check_shards
from .index import Indexed, write_index
from .pictures import Picture, Source
from .shards import checksum


@dataclass(frozen=True, kw_only=True)
class Listed:
    """Pictures before anything is read of them, and whose they are."""

    name: str
    title: str
    synthetic: bool
    facts: Mapping[str, str]
    """Origin, licence and citation."""
    class_names: tuple[str, ...]
    sources: Mapping[str, Source]
    """The folders of originals that pictures name."""
    count: int
    """How many pictures there are."""
    pictures: Callable[[], Iterator[Picture]]
    """Gives them in their order, which is that of the shards; a million are never in memory at a time."""
    left_out: list[LeftOut]
    """What became no picture, and why."""


def build_store(listed: Listed, folder: Path, how: How, *, as_published: bool = False) -> Card:
    """Build a store of listed pictures in `folder`, and return its card; shards that are finished there are kept.

    Args:
        listed: The pictures.
        folder: The store, such as `data/radimagenet`.
        how: How it is built.
        as_published: Whether blank and repeated pictures take part.

    Raises:
        DatasetError: No picture, or `folder` lies in the originals or holds something else.
        RunError: A process that builds was ended from outside.
        StorageError: No space left; what is finished stays.
    """
    _check(listed, folder)
    (folder / CARD).unlink(missing_ok=True)  # without it nobody reads a mixture of old and new
    shards = write_shards(folder, listed.pictures(), listed.count, listed.sources, how)
    indexed = write_index(folder, shards, listed.class_names, as_published=as_published)
    left_out = [*listed.left_out, *indexed.left_out]
    card = Card(
        name=listed.name,
        title=listed.title,
        synthetic=listed.synthetic,
        image_size=how.image_size,
        class_names=listed.class_names,
        parts=indexed.parts,
        counts=indexed.counts,
        shard_images=how.shard_images,
        shards=tuple(
            (min(how.shard_images, listed.count - number * how.shard_images), checksum(folder, number))
            for number in range(shards)
        ),
        index_sha256=hash_of_index(folder, listed.class_names),
    )
    check_shards(folder, card, "refuse")
    write_left_out(folder, left_out)
    write_json(folder / DESCRIPTION, _description(listed, card, indexed, left_out, folder))
    write_card(folder, card)
    return card


def _check(listed: Listed, folder: Path) -> None:
    if not listed.count:
        raise DatasetError(f"a store has one image at least; {listed.title} lists none")
    for source in listed.sources.values():
        if folder.resolve().is_relative_to(Path(source.root).resolve()):
            raise DatasetError(f"originals are never changed, and {folder} lies in {source.root}: give another --out")
    if (folder / "index.csv").exists():
        raise DatasetError(f"{folder} holds a prepared data set: give another --out")


def _description(
    listed: Listed, card: Card, indexed: Indexed, left_out: Sequence[LeftOut], folder: Path
) -> dict[str, Any]:
    """Return `dataset.json`: what it says of any data set, as far as it holds for a store."""
    totals = {name: sum(card.counts[part][name] for part in PARTS) for name in card.class_names}
    return {
        "name": listed.name,
        "title": listed.title,
        "synthetic": listed.synthetic,
        **listed.facts,
        "task": "multiclass",
        "class_names": list(card.class_names),
        "counts": {"images": sum(totals.values()), **totals},
        "repeated": indexed.repeated,
        "left_out": counted(left_out),
        "roots": {name: os.path.relpath(source.root, folder.resolve()) for name, source in listed.sources.items()},
        "windows": {name: source.window for name, source in listed.sources.items()},
        "index_sha256": card.index_sha256,
    }


def summary(card: Card, description: Mapping[str, Any]) -> str:
    """Return what a user wants to know of a store: sizes, classes, what is repeated, what is left out."""
    mark = "SYNTHETIC, phantoms in the layout of " if card.synthetic else ""
    parts = ", ".join(f"{last - first:,} {part}" for part, (first, last) in card.parts.items())
    totals = {name: sum(card.counts[part][name] for part in PARTS) for name in card.class_names}
    few, many = (pick(totals, key=lambda name: totals[name]) for pick in (min, max))
    lines = [
        f"{mark}{card.title}: {sum(totals.values()):,} images in {len(totals)} classes ({parts}), "
        f"from {totals[many]:,} ({many}) to {totals[few]:,} ({few})",
        f"{len(card.shards):,} shards of {card.image_size[0]} x {card.image_size[1]} in {SHARDS}",
    ]
    if empty := [name for name, number in card.counts["train"].items() if not number]:
        lines.append(f"classes without an image to train on: {len(empty)}, such as {empty[0]}")
    lines += [f"{what}: {number:,}" for what, number in description["repeated"].items() if number]
    return "\n".join(lines + [f"in {LEFT_OUT}, {kind}: {number:,}" for kind, number in description["left_out"].items()])
