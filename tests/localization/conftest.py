"""A data set whose lesions are bright blocks, and a network whose evidence is the brightness itself: planted truth."""

import numpy as np
import pytest
import torch
from monai.transforms import Resized
from PIL import Image
from torch import nn

from common.datasets.index import COLUMNS, PREPARED_COLUMNS
from common.datasets.prepared import read_prepared, write_prepared
from common.files import write_json
from common.io import ReadImaged
from common.localization import Model
from common.transforms import ReadLabeld

CLASSES = ["benign", "malignant"]
SIDE = 40
"""Rows of an image; it has half as many again columns."""


def planted(number: int) -> np.ndarray:
    """The block of a patient: of its own size, in its own corner, on even pixels."""
    mask = np.zeros((SIDE, 3 * SIDE // 2), bool)
    top, left, size = 2 * (number % 7), 2 * (number % 11), 8 + 2 * (number % 5)
    mask[top : top + size, left : left + size] = True
    return mask


def annotated_images(folder, *, masks=True, patients=40):
    """So many patients, one image each; ten, two of each fold, are normal: an empty mask, noise for an image."""
    original = folder / "original"
    original.mkdir(parents=True)
    rows = []
    for number in range(patients):
        row = dict.fromkeys((*COLUMNS, *PREPARED_COLUMNS), "")
        mask = planted(number) & (number >= 10)
        Image.fromarray(mask.astype(np.uint8) * 200 if number >= 10 else np.full_like(mask, 9, np.uint8)).save(
            original / f"{number}.png"
        )
        Image.fromarray(mask.astype(np.uint8) * 255).save(original / f"{number}_mask.png")
        row |= {"image": f"{number}.png", "mask": f"{number}_mask.png" if masks else "", "pixels": f"{number}"}
        row |= {"patient": f"P{number}", "fold": str(number % 5), "label": CLASSES[number // 5 % 2]}
        rows.append(row)
    description = {
        **{"name": "planted", "title": "Planted", "synthetic": True, "origin": "", "licence": "", "citation": ""},
        **{"task": "binary", "class_names": CLASSES, "differs_from_publication": ""},
        "counts": {"images": patients, "patients": patients, "excluded": 0, "duplicate_groups": 0},
        "shared_patients": {str(fold): {} for fold in range(5)},
    }
    write_prepared(folder / "data", description=description, root=original, rows=rows)
    return folder / "data"


class Brightness(nn.Sequential):
    """Logits that grow with the image's mean brightness, so that each bright pixel is evidence for either class."""

    def __init__(self, sign: float = 1.0) -> None:
        layer = nn.Linear(1, 2, bias=False)
        layer.weight.data = sign * torch.tensor([[1.0], [2.0]])
        super().__init__(nn.Identity(), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), layer)


@pytest.fixture
def model_of(tmp_path):
    """Makes a model that was trained on a data set."""

    def make(data, *, network=None, untrained=None, task="binary"):
        size = SIDE, 3 * SIDE // 2
        card = {"run_key": "0", "task": task, "class_names": CLASSES, "backbone": "brightness", "fold": 0, "seed": 0}
        card |= {"weights_source": "planted", "image_size": list(size), "window": "none"}
        card["dataset"] = {"name": "Planted (data)", "synthetic": True, "shared_patients": {}}
        card["dataset"]["index_sha256"] = read_prepared(data).index_sha256
        write_json(tmp_path / "models" / "model.json", card)
        return Model(
            card=card,
            network=(network or Brightness()).eval(),
            untrained=(untrained or Brightness(-1.0)).eval(),
            seed=1,
            inferer=lambda images, network: network(images),
            device=torch.device("cpu"),
            transforms=[ReadImaged("image"), ReadLabeld("label", CLASSES, task), Resized("image", size, mode="area")],
            batch_size=7,
            num_workers=0,
            dataset_dir=str(data),
            ckpt_dir=str(tmp_path / "models"),
            output_dir=str(tmp_path / "eval"),
        )

    return make


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    return annotated_images(tmp_path_factory.mktemp("planted"))
