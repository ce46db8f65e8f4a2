"""Published data sets, and what one prepares of them: an index with a row per image, folds, duplicates.

`published(NAME)` is the way in; one file per data set describes its layout, labels and licence.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import DatasetError
from .index import Row
from .left_out import LeftOut

NAMES = (
    *("busbra", "busi", "ddti", "mrnet", "radimagenet_repo", "kermany", "rsna_pneumonia"),
    *("covid_ct", "ucsd_covid_ct", "cc_ccii", "soares", "ct_ich", "rsna_ich"),
)
"""Data sets that can be prepared: each the name of a module here, which defines `PUBLISHED`."""


def nothing_left_out(root: Path) -> list[LeftOut]:
    """Return no file: of most data sets, whatever is there becomes a row."""
    return []


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
    """`binary`, `multiclass` or `multilabel`."""
    class_names: tuple[str, ...]
    """In the order of the network's outputs; of two, the last is the positive one; of `multilabel`, the findings."""
    counts: Mapping[str, int]
    """As published: `images`, `patients` where there are ids, and the images of each class."""
    list_images: Callable[..., tuple[Path, list[Row]]]
    """From the folder a user gives: the root of the originals, and a row per image with paths below that root."""
    list_left_out: Callable[[Path], list[LeftOut]] = nothing_left_out
    """From the root of the originals: what became no row or no mask while they were listed, and why."""
    resumes: bool = False
    """Whether `list_images` reads so much that it takes a second folder, to keep there what it has read."""


def published(name: str, task: str = "", *, as_published: bool = False) -> Published:
    """Return the data set called `name` on the command line, with one of its problems.

    A module's `PUBLISHED` is the default; `TASKS`, where it has several problems, are chosen by name, and
    `AS_PUBLISHED` is the default with the faults that the publication has.

    Args:
        name: One of `NAMES`.
        task: A key of `TASKS`; empty for the default.
        as_published: Whether to keep what the authors kept, though it spoils results.

    Raises:
        DatasetError: There is none of that name (the message names the nearest), no such task, or no such form.
    """
    from importlib import import_module

    if name not in NAMES:
        from difflib import get_close_matches

        from .own import KINDS

        words = (*NAMES, *KINDS)
        near = get_close_matches(name.lower(), words, n=1, cutoff=0)[0]
        raise DatasetError(f"no data set is called {name!r}: did you mean {near!r}? There are {', '.join(words)}")
    module = import_module(f".{name}", __name__)
    if as_published:
        if task or not hasattr(module, "AS_PUBLISHED"):
            cause = f"together with --task {task}" if task else f"of {name}"
            raise DatasetError(f"there is no form as published {cause}: leave --as-published out")
        kept: Published = module.AS_PUBLISHED
        return kept
    tasks: Mapping[str, Published] = getattr(module, "TASKS", {})
    if task and task not in tasks:
        choices = f"one of {', '.join(tasks)}" if tasks else f"not given for {name}, which has one problem"
        raise DatasetError(f"--task is {choices}; got {task!r}")
    result: Published = tasks[task] if task else module.PUBLISHED
    return result
