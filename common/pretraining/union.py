"""Several prepared data sets as one: their labels are the classes of one pretraining."""

from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from ..datasets.folds import with_validation
from ..datasets.index import Row, is_kept
from ..datasets.prepared import PreparedDataset, read_prepared
from ..errors import ConfigError, DatasetError
from ..io.decode import MINIMUM_SIDE
from .pictures import Picture, Source, read_picture
from .store import Listed

NAME = "union"


def list_union(folders: Sequence[Path], windows: Sequence[str]) -> Listed:
    """Return the pictures of prepared data sets, in classes such as `busbra: malignant`.

    All of their kept images take part. An eighth of each set validates, patients, studies and near duplicates whole;
    none tests, since what pretraining is for is tested on other data.

    Args:
        folders: Prepared data sets.
        windows: A named CT window or `none` for each, or one for all.

    Raises:
        DatasetError: A data set without single labels, or two of one name.
        ConfigError: Another number of windows, or no window of this name.
        ImageError: A window for files without Hounsfield units.
    """
    if len(windows) not in (1, len(folders)):
        raise ConfigError(f"--window is one name, or one for each of {len(folders)} data sets; got {','.join(windows)}")
    own = [read_prepared(folder) for folder in folders]
    names = [data.name for data in own]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise DatasetError(f"classes are named after their data set, and two are called {twice[0]}: leave one out")
    for data in own:
        if data.task not in ("binary", "multiclass"):
            raise DatasetError(f"an image of a union has one label; {data.folder} is {data.task}: leave it out")
    pictures = {data.name: _pictures(data) for data in own}
    shown = windows if len(windows) > 1 else [*windows] * len(own)
    sources = {data.name: Source(str(data.root), window) for data, window in zip(own, shown, strict=True)}
    for name, its in pictures.items():
        read_picture(its[0], sources[name], (MINIMUM_SIDE, MINIMUM_SIDE))  # a window that its files have no units for
    return Listed(
        name=NAME,
        title=" and ".join(data.title for data in own),
        synthetic=any(data.synthetic for data in own),
        facts={
            what: "; ".join(str(data.description[what]) for data in own) for what in ("origin", "licence", "citation")
        },
        class_names=tuple(_class_name(data, label) for data in own for label in data.class_names),
        sources=sources,
        count=sum(map(len, pictures.values())),
        pictures=lambda: chain.from_iterable(pictures.values()),
        left_out=[],
    )


def _pictures(data: PreparedDataset) -> list[Picture]:
    kept = [row for row in data.rows if is_kept(row)]
    parts = with_validation(kept, ["train"] * len(kept))
    return [_picture(data, row, part) for row, part in zip(kept, parts, strict=True)]


def _picture(data: PreparedDataset, row: Row, part: str) -> Picture:
    return Picture(
        source=data.name,
        image=row["image"],
        label=_class_name(data, row["label"]),
        split=part,
        frame=row["frame"],
        crop=row["crop"],
        captions=row.get("captions", "keep"),
        pixels=row["pixels"],
    )


def _class_name(data: PreparedDataset, label: str) -> str:
    return f"{data.name}: {label}"
