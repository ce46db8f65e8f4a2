"""What a new bundle is about: told by a prepared data set, or by the bundle that it is to be like."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..datasets.folds import folds_of
from ..datasets.prepared import PreparedDataset, read_prepared
from ..errors import LabelError
from .files import Config

NOT_STATED = "not stated"

NEUTRAL = "n/a"
"""Modality of images that do not say what made them."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What differs between bundles of one family, apart from training."""

    title: str
    dataset_dir: str
    """As `train.json` has it: from the repository's root where the data set lies below it, else absolute."""
    task: str
    class_names: list[str]
    window: str = "none"
    modality: str = NEUTRAL
    """DICOM's word: US, CT, MR, DX ..."""
    origin: str = NOT_STATED
    licence: str = NOT_STATED
    citation: str = NOT_STATED
    counts: Mapping[str, Any] = field(default_factory=dict)
    """As `dataset.json` has them; empty where nothing is prepared."""
    official_folds: list[str] = field(default_factory=list)
    synthetic: bool = False

    @property
    def squash(self) -> str:
        """What makes the logits probabilities, with its verb."""
        return {"multilabel": "sigmoids make", "segmentation": "a sigmoid makes"}.get(self.task, "a softmax makes")

    @property
    def does(self) -> str:
        """What the network does with an image of this, with the verb first."""
        return "Outlines, in one image of" if self.task == "segmentation" else "Classifies one image of"

    @property
    def logits(self) -> str:
        """What comes out of the network, in words."""
        return "a logit for each pixel" if self.task == "segmentation" else f"{len(self.class_names)} logits"


def subject_of_data(folder: Path, root: Path) -> Subject:
    """Return what the prepared data set in `folder` says of itself.

    Raises:
        DatasetError: It is not prepared.
        LabelError: A class, or the folder, has a name that a configuration cannot hold.
    """
    data = read_prepared(folder)
    about, place = data.description, folder.resolve()
    below = place.is_relative_to(root.resolve())
    subject = Subject(
        title=_one_line(data.title),
        dataset_dir=(place.relative_to(root.resolve()) if below else place).as_posix(),
        task=data.task,
        class_names=data.class_names,
        window=str(about.get("window", "none")),
        modality=_modality(data),
        **{key: _one_line(about.get(key) or NOT_STATED) for key in ("origin", "licence", "citation")},
        counts=about["counts"],
        official_folds=[fold for fold in folds_of(data.rows) if fold.startswith("official")],
        synthetic=data.synthetic,
    )
    for text in (*subject.class_names, subject.dataset_dir):
        _refuse_syntax(text)
    return subject


def subject_of_exemplar(name: str, head: Config) -> Subject:
    """Return what a bundle called `name` is about that begins with another one's classes, and has no data yet."""
    return Subject(
        title=name.replace("_", " "),
        dataset_dir=f"data/{name}",
        task=head["task"],
        class_names=head["class_names"],
        window=head["window"],
    )


def _modality(data: PreparedDataset) -> str:
    stated = {str(data.description.get("modality", "")), *(row.get("modality", "") for row in data.rows)} - {""}
    return stated.pop() if len(stated) == 1 else NEUTRAL


def _one_line(text: Any) -> str:
    return " ".join(str(text).split())


def _refuse_syntax(text: str) -> None:
    """Refuse what MONAI would not read as text: it would run `$...`, which a class may be called in a foreign table."""
    if "#" in text or text.startswith(("@", "$", "%")):
        raise LabelError(
            "the name of a class or folder has no # and does not begin with @, $ or %, which MONAI reads; "
            f"got {text!r}: rename it, and prepare the data set again"
        )
