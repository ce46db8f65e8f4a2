"""Published data sets, and what one prepares of them: an index with a row per image, folds, duplicates.

`published(NAME)` is the way in; one file per data set describes its layout, labels and licence.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import DatasetError

NAMES = ("busbra", "busi", "ddti", "mrnet", "radimagenet_repo")
"""Data sets that can be prepared: each the name of a module here, which defines `PUBLISHED`."""


@dataclass(frozen=True, kw_only=True)
class Published:
    """What a publisher states about a data set, and how its files are listed."""

    name: str
    """The word for it on the command line."""
    title: str
    """The name that its authors gave it."""
    origin: str
    """Where to download it: a DOI or an address."""
    licence: str
    citation: str
    task: str
    """`binary` or `multiclass`."""
    class_names: tuple[str, ...]
    """In the order of the network's outputs; of two, the last is the positive one."""
    counts: Mapping[str, int]
    """As published: `images`, `patients` where there are ids, and the images of each class."""
    list_images: Callable[[Path], tuple[Path, list[dict[str, str]]]]
    """From the folder a user gives: the root of the originals, and a row per image with paths below that root."""


def published(name: str) -> Published:
    """Return the data set called `name` on the command line.

    Raises:
        DatasetError: There is none of that name; the message names the nearest.
    """
    from importlib import import_module

    if name not in NAMES:
        from difflib import get_close_matches

        near = get_close_matches(name.lower(), NAMES, n=1, cutoff=0)[0]
        raise DatasetError(f"no data set is called {name!r}: did you mean {near!r}? There are {', '.join(NAMES)}")
    result: Published = import_module(f".{name}", __name__).PUBLISHED
    return result
