"""A run's test part, seen as mirror images too; a program of its own: `python -m common.comparison.flipped BUNDLE`."""

import sys
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from monai.data import Dataset, list_data_collate
from monai.transforms import Compose

from ..commands import parser, run
from ..datasets.items import read_items
from ..datasets.seeded import light_worker
from ..errors import RunError
from ..localization import Model, open_model
from ..metrics import read_predictions, write_predictions
from ..runs import check_data


def main(arguments: Namespace) -> int:
    """Write `predictions.csv`: the mean of what a network says of each test image and of its mirror image."""
    model = open_model(arguments.bundle, ckpt_dir=arguments.ckpt_dir, dataset_dir=arguments.dataset_dir)
    told = read_predictions(Path(arguments.output_dir) / "predictions.csv").select("test")
    mirrored = _mirrored(model)
    if mirrored.shape != told.probabilities.shape:
        raise RunError(f"{arguments.output_dir} has {len(told)} test images, the data {len(mirrored)}: evaluate again")
    both = replace(told, probabilities=(told.probabilities + mirrored) / 2)
    write_predictions(arguments.out / "predictions.csv", both, synthetic=model.card["dataset"]["synthetic"])
    return 0


def _mirrored(model: Model) -> np.ndarray:
    """Return the probabilities of each test image's mirror image, `(N, C)`, in the order of the index."""
    settings = {key: model.card[key] for key in ("fold", "image_size", "window")}
    items = read_items(model.dataset_dir, model.card["class_names"], part="test", **settings)
    check_data(items, ckpt_dir=model.ckpt_dir)
    loader = torch.utils.data.DataLoader(
        Dataset(items, Compose(list(model.transforms))),
        batch_size=model.batch_size,
        collate_fn=list_data_collate,
        num_workers=model.num_workers,
        worker_init_fn=light_worker,
    )
    forward = model.forward_of(model.network)
    with torch.inference_mode():
        found = [forward(batch["image"].to(model.device).flip(-1)).softmax(dim=1).cpu().numpy() for batch in loader]
    return np.concatenate(found)


def arguments() -> Namespace:
    """Return the command line."""
    example = "python -m common.comparison.flipped breast_us --ckpt_dir MODELS --output_dir EVAL --out FOLDER"
    result = parser("The test part of an evaluated run, with flips.", example)
    result.add_argument("bundle", metavar="BUNDLE", help="a folder in bundles/, trained and evaluated")
    result.add_argument("--ckpt_dir", metavar="DIR", required=True, help="its model")
    result.add_argument("--dataset_dir", metavar="DIR", required=True, help="its data")
    result.add_argument("--output_dir", metavar="DIR", required=True, help="what its evaluation has left")
    result.add_argument("--out", metavar="DIR", type=Path, required=True, help="where to")
    return result.parse_args()


if __name__ == "__main__":
    sys.exit(run(main, arguments()))
