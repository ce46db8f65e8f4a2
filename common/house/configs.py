"""The configurations of a new bundle: its exemplar's, with a head and metadata of its own."""

from copy import deepcopy

from .files import Config
from .subject import NOT_STATED, Subject


def new_configs(exemplar: dict[str, Config], name: str, subject: Subject, *, like: str) -> dict[str, Config]:
    """Return `train`, `evaluate`, `inference` and `metadata`.

    Args:
        exemplar: The same four of the bundle `like`.
        name: Of the new bundle.
        subject: What it is about.
        like: Name of the exemplar.
    """
    identity = {
        "_like_": like,
        "_differs_": {},
        "bundle_root": f"$common.bundle_root('{name}')",
        "dataset_dir": subject.dataset_dir,
    }
    own = {"task": subject.task, "class_names": subject.class_names, "window": subject.window}
    return {
        "train": {**exemplar["train"], "_desc_": _description(subject), **identity, **own},
        "evaluate": exemplar["evaluate"],
        "inference": {**exemplar["inference"], **identity},
        "metadata": _metadata(exemplar["metadata"], subject),
    }


def _description(subject: Subject) -> str:
    """Return `_desc_`, which MONAI reads like any text: a title may not bring a `#`, nor stand first."""
    mark = " SYNTHETIC images." if subject.synthetic else ""
    classes = ", ".join(subject.class_names)
    return f"{subject.does} {subject.title.replace('#', '')}: {classes}.{mark} Not trained yet: no score."


def _metadata(exemplar: Config, subject: Subject) -> Config:
    metadata, names = deepcopy(exemplar), subject.class_names
    channels = {str(index): name for index, name in enumerate(names)}
    classes = ", ".join(names)
    metadata |= {
        "version": "0.1.0",
        "changelog": {"0.1.0": "First version, not trained yet"},
        "task": f"{subject.title}: {classes}",
        "description": f"{subject.does} {subject.title}: {classes}. Not trained yet; no weights are shipped.",
        "data_source": f"{subject.title}; {subject.origin}",
        "data_type": "DICOM, NIfTI, PNG, JPEG or NPY",
        "label_classes": ", ".join(f"{index}: {name}" for index, name in channels.items()),
        "pred_classes": f"{len(names)} channels of logits: {classes}; {subject.squash} them probabilities",
        # The first is RadImageNet's own.
        "references": exemplar["references"][:1] + [subject.citation] * (subject.citation != NOT_STATED),
    }
    metadata["network_data_format"]["inputs"]["image"]["modality"] = subject.modality
    metadata["network_data_format"]["outputs"]["pred"] |= {"num_channels": len(names), "channel_def": channels}
    return metadata
