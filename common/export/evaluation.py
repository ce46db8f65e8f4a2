"""The images that forms of a network are compared on, and by how much a form scores otherwise on them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from ..datasets.items import evenly
from ..metrics.segmentation import dice
from ..runs import check_data
from ..statistics import Interval, auc_difference, bootstrap_interval, patient_codes

SCORES = {"binary": "AUC", "segmentation": "Dice"}
"""By task, what the change is measured in; of other tasks the share of right answers."""


class Images(NamedTuple):
    """A test part at the network's size, with labels and patients, and training images to calibrate with."""

    images: list[torch.Tensor]
    labels: list[Any]
    patients: NDArray[np.str_]
    calibration: list[torch.Tensor]


def read_images(folder: Path, ckpt_dir: Path, dataset_dir: str, *, calibration: int) -> Images:
    """Return what a bundle's `evaluate.json` tests on.

    Raises:
        UserError: No such data set, or not the model's.
    """
    from monai.bundle import ConfigParser
    from monai.data import Dataset

    parser = ConfigParser()
    parser.read_config([str(folder / "configs" / f"{kind}.json") for kind in ("train", "evaluate")])
    parser["bundle_root"], parser["ckpt_dir"] = str(folder), str(ckpt_dir)
    if dataset_dir:
        parser["dataset_dir"] = dataset_dir
    dataset, transform = parser.get_parsed_content("dataset"), parser.get_parsed_content("preprocessing")
    check_data(dataset.data, ckpt_dir=str(ckpt_dir))
    training = evenly(parser.get_parsed_content("train::dataset::data"), calibration) if calibration else []
    items = [dataset[place] for place in range(len(dataset))]
    return Images(
        images=[_plain(item["image"]) for item in items],
        labels=[np.asarray(item["label"]) for item in items],
        patients=np.array([_whose(item) for item in dataset.data], dtype=np.str_),
        calibration=[_plain(item["image"]) for item in Dataset(training, transform)],
    )


def change(task: str, images: Images, logits: NDArray[Any], reference: NDArray[Any], *, threshold: float) -> Interval:
    """Return by how much a form scores higher than the reference on the same images, with its 95 % interval.

    Args:
        task: Of the bundle.
        images: The test part.
        logits: Of the form, an image each.
        reference: Of PyTorch in float32.
        threshold: Of a segmenter's probability.
    """
    labels = np.stack(images.labels)
    if task == "binary":
        scores = [each[:, 1] - each[:, 0] for each in (logits, reference)]
        return auc_difference(labels, *scores, patients=images.patients).interval()
    score: Callable[[NDArray[Any]], NDArray[np.float64]]
    if task == "segmentation":
        cut = np.log(threshold / (1 - threshold))

        def score(each: NDArray[Any]) -> NDArray[np.float64]:
            pairs = zip(labels[:, 0] > 0, each[:, 0] >= cut, strict=True)
            return np.array([dice(drawn, predicted) for drawn, predicted in pairs])
    elif task == "multilabel":

        def score(each: NDArray[Any]) -> NDArray[np.float64]:
            known = np.isfinite(labels)
            return np.asarray((((each > 0) == labels) & known).sum(1) / np.maximum(known.sum(1), 1))
    else:

        def score(each: NDArray[Any]) -> NDArray[np.float64]:
            return np.asarray(each.argmax(1) == labels, dtype=np.float64)

    differences = score(logits) - score(reference)
    kept = np.isfinite(differences)
    differences, codes = differences[kept], patient_codes(images.patients[kept])
    return bootstrap_interval(lambda rows: float(differences[rows].mean()), codes)


def _plain(image: Any) -> torch.Tensor:
    return torch.as_tensor(np.asarray(image), dtype=torch.float32)[None]


def _whose(item: dict[str, Any]) -> str:
    return item.get("patient") or item.get("study") or f"{item['image']} {item.get('frame', '')}"
