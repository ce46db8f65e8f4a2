"""A segmentation bundle's run beside MONAI's plain U-Net, trained by a bare loop on the same images: `segmentation`."""

import copy
import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from monai.data import DataLoader, Dataset
from monai.losses import DiceCELoss
from monai.metrics import compute_dice
from monai.networks.nets import UNet
from numpy.typing import NDArray
from torch import nn
from tqdm import tqdm

from ..datasets.items import Items, read_masked
from ..errors import RunError
from ..handlers import CollectMasks
from ..inferers import PrecisionInferer
from ..io import ReadImaged
from ..report.segmentation.measure import chosen_threshold, measured
from ..runs import check_data, read_model, versions
from ..statistics import Interval, bootstrap_interval
from ..transforms import AugmentedBatch, CropCaptiond, RandomAffine, ReadMaskd

WITHIN = -0.02
"""The least that the bundle's mean Dice may differ from the plain U-Net's: our goal."""

AUGMENTATION = {"rotation": 10, "shift": 0.1, "shear": 0.1, "zoom": 0.1, "flip": 0.5}
"""The bundles' own: what differs is the network, its layers' schedule and the workflow."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Mean Dice of the test lesions by two networks, and the difference lesion by lesion, bootstrapped by patient."""

    title: str
    bundle: Interval
    rival: Interval
    difference: Interval
    patients: int

    def as_json(self) -> dict[str, Any]:
        """Return the three with their intervals, the goal, and the machine."""
        names = ("bundle", "rival", "difference")
        scores = {name: getattr(self, name).as_dict() for name in names}
        return {"title": self.title, **scores, "patients": self.patients, "met": self.met, **versions()}

    def as_table(self) -> str:
        """Return a line each, and whether the goal is met."""
        lines = {"bundle": self.bundle, "MONAI's plain 2D U-Net, bare loop": self.rival, "difference": self.difference}
        rows = [f"{name:36}{its.bounds()}" for name, its in lines.items()]
        verdict = f"goal >= {WITHIN}: {'met' if self.met else 'MISSED'}"
        return "\n".join(
            [self.title, f"mean Dice of {self.bundle.n} lesions, {self.patients} patients", "", *rows, "", verdict]
        )

    @property
    def met(self) -> bool:
        """Whether the bundle is as good as the goal asks."""
        return self.difference.value >= WITHIN


def measure(run: Path, *, dataset_dir: Path) -> Comparison:
    """Return the Dice of an evaluated run's test lesions beside those of a plain U-Net.

    The U-Net gets the run's images, fold, size, epochs, batch, learning rate, loss, optimizer, augmentation and
    precision; its best epoch and its threshold are chosen on validation as well.

    Args:
        run: Folder with the `models` and `eval` of a segmentation bundle, evaluated.
        dataset_dir: The data set that it was trained on.

    Raises:
        RunError: Not trained, not evaluated, or on other data.
    """
    card = read_model(run / "models")
    parts = {part: read_masked(dataset_dir, fold=card["fold"], part=part) for part in ("train", "valid", "test")}
    check_data(parts["test"], ckpt_dir=str(run / "models"))
    ours = _dice_of_run(run / "eval", card)
    torch.manual_seed(card["seed"])
    network, inferer = _trained(parts, card)
    threshold = chosen_threshold(_said(network, inferer, parts["valid"], card))
    tested = measured(_said(network, inferer, parts["test"], card), threshold)
    root = parts["test"].origin.root
    theirs, patients = {}, []
    for image in tested:
        item = parts["test"][image.row]
        for number, fit in enumerate(image.lesions, start=1):
            theirs[str(item["image"]).removeprefix(f"{root}/"), str(item["frame"]), str(number)] = fit.dice
            patients.append(str(item["patient"]))
    if set(theirs) != set(ours):
        raise RunError(f"{run / 'eval'} has other lesions than {dataset_dir}: run evaluate.json again")
    pairs = np.array([[ours[lesion], theirs[lesion]] for lesion in theirs])
    means = [_mean(values, patients) for values in (*pairs.T, pairs[:, 0] - pairs[:, 1])]
    size = " x ".join(map(str, card["image_size"]))
    title = f"{card['dataset']['name']}, fold {card['fold']}, {size}, {card['max_epochs']} epochs, {card['backbone']}"
    return Comparison(
        title=f"{title} from {card['weights_source']}",
        bundle=means[0],
        rival=means[1],
        difference=means[2],
        patients=len(set(patients)),
    )


def _mean(values: NDArray[np.float64], patients: list[str]) -> Interval:
    return bootstrap_interval(lambda rows: float(values[rows].mean()), patients)


def _dice_of_run(folder: Path, card: dict[str, Any]) -> dict[tuple[str, str, str], float]:
    """Return the Dice of each test lesion of a run."""
    path = folder / "lesions.csv"
    if "thresholds" not in card or not path.is_file():
        raise RunError(f"no evaluated segmentation run at {folder}: run this bundle's evaluate.json first")
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["part"] == "test"]
    return {(row["image"], row["frame"], row["lesion"]): float(row["dice"]) for row in rows}


def _dataset(items: Items, card: dict[str, Any]) -> Dataset:
    from monai.transforms import Compose, Resized

    captioned = [CropCaptiond(["image", "label"])] if any("captions" in item for item in items) else []
    size = tuple(card["image_size"])
    resized = [Resized("image", size, mode="area"), Resized("label", size, mode="nearest-exact")]
    chain = [ReadImaged("image", window=card["window"]), ReadMaskd("label"), *captioned, *resized]
    return Dataset(items, Compose(chain))


def _batches(items: Items, card: dict[str, Any]) -> DataLoader:
    return DataLoader(_dataset(items, card), batch_size=card["batch_size"], num_workers=2)


def _trained(parts: dict[str, Items], card: dict[str, Any]) -> tuple[nn.Module, PrecisionInferer]:
    """Return MONAI's U-Net of its tutorials, its best epoch on validation, and what it is called by."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    channels = (16, 32, 64, 128, 256)
    network = UNet(2, in_channels=1, out_channels=1, channels=channels, strides=(2, 2, 2, 2), num_res_units=2).to(
        device
    )
    inferer, loss = PrecisionInferer(card["precision"], device), DiceCELoss(sigmoid=True)
    optimizer = torch.optim.Adam(network.parameters(), lr=card["learning_rate"])
    read = {part: list(_batches(parts[part], card)) for part in ("train", "valid")}
    images, masks = (torch.cat([batch[key].as_tensor() for batch in read["train"]]) for key in ("image", "label"))
    augmented = AugmentedBatch([RandomAffine(**AUGMENTATION)])
    best, kept = -1.0, copy.deepcopy(network.state_dict())
    for _ in tqdm(range(card["max_epochs"]), desc="plain U-Net", unit="epoch", disable=None):
        network.train()
        for rows in torch.randperm(len(images)).split(card["batch_size"]):  # type: ignore[no-untyped-call]
            batch = {"image": images[rows], "label": masks[rows], "draw": torch.randint(2**31, (len(rows),))}
            inputs, targets = augmented(batch, device)
            optimizer.zero_grad()
            loss(inferer(inputs, network), targets).backward()
            optimizer.step()
        if (score := _mean_dice(network, inferer, read["valid"])) > best:
            best, kept = score, copy.deepcopy(network.state_dict())
    network.load_state_dict(kept)
    return network, inferer


@torch.no_grad()
def _mean_dice(network: nn.Module, inferer: PrecisionInferer, batches: list[dict[str, Any]]) -> float:
    network.eval()
    found = [
        compute_dice(
            (inferer(batch["image"].to(inferer.device), network) > 0).float().cpu(), batch["label"].as_tensor()
        )
        for batch in batches
    ]
    return float(torch.cat(found).nanmean())


@torch.no_grad()
def _said(network: nn.Module, inferer: PrecisionInferer, items: Items, card: dict[str, Any]) -> CollectMasks:
    network.eval()
    collected = CollectMasks()
    for batch in _batches(items, card):
        collected.add(inferer(batch["image"].to(inferer.device), network), batch)
    collected.items = items
    return collected
