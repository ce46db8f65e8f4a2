import csv

import numpy as np
import pytest
from PIL import Image

COLUMNS = ("image", "frame", "mask", "crop", "label", "patient", "study", "split", "fold", "exclude", "group", "pixels")


@pytest.fixture(scope="session")
def make_row():
    def make(number, *, label="benign", **columns):
        row = {**dict.fromkeys(COLUMNS, ""), "image": f"{number:04d}.png", "label": label}
        return {**row, **{column: str(value) for column, value in columns.items()}}

    return make


@pytest.fixture(scope="session")
def make_findings(make_row):
    """Return the function that makes a multi-label row of `{finding: "1", "0" or ""}`."""

    def make(number, findings, **columns):
        return make_row(number, label="", **{f"label:{name}": state for name, state in findings.items()}, **columns)

    return make


@pytest.fixture(scope="session")
def speckle():
    """Tissue in grains of four pixels, uint8 (H, W): the same for the same seed, and nothing alike for others."""

    def draw(seed, *, height=96, width=72):
        generator = np.random.default_rng(seed)
        tissue, grains = (
            generator.uniform(0, 127, shape).astype(np.uint8) for shape in ((12, 9), (height // 4, width // 4))
        )
        return sum(np.asarray(Image.fromarray(layer).resize((width, height))) for layer in (tissue, grains))

    return draw


@pytest.fixture
def busbra(tmp_path, speckle):
    """A download laid out as BUS-BRA: 20 patients with two views each, the last 8 malignant; returns its folder."""
    root = tmp_path / "BUSBRA"
    for folder in ("Images", "Masks"):
        (root / folder).mkdir(parents=True)
    lines, folds = [], []
    for patient in range(1, 21):
        pathology = "malignant" if patient > 12 else "benign"
        for side in "lr":
            name = f"{patient:04d}-{side}"
            Image.fromarray(speckle(2 * patient + (side == "r"))).save(root / f"Images/bus_{name}.png")
            mask = np.zeros((96, 72), bool)
            mask[20 + patient : 40, 20:40] = True
            mask[41 : 41 + patient + (side == "r"), 20:40] = True
            Image.fromarray(mask).save(root / f"Masks/mask_{name}.png")
            lines.append(
                {"ID": f"bus_{name}", "Case": patient, "Histology": "cyst", "Pathology": pathology, "BIRADS": 2}
                | {"Device": "D", "Width": 72, "Height": 96, "Side": {"l": "left", "r": "right"}[side], "BBOX": "[]"}
            )
            test = patient % 5 + 1
            # The left view of patients 5, 10, 15 and 20 validates, the right one trains: the authors' leak.
            values = {
                f"valid_{k}": "NaN" if k == test else str(int(patient % 5 > 0 or side == "r")) for k in range(1, 6)
            }
            folds.append({"ID": f"bus_{name}", "Pathology": pathology, "kFold": test, **values})
    write_table(root / "bus_data.csv", lines)
    write_table(root / "5-fold-cv.csv", folds)
    return root


@pytest.fixture
def busi(tmp_path, speckle):
    """A download laid out as BUSI: 24 benign, 16 malignant, 8 normal images; returns the folder that holds it."""
    root = tmp_path / "BUSI"
    for offset, (tissue, count) in enumerate({"benign": 24, "malignant": 16, "normal": 8}.items()):
        folder = root / "Dataset_BUSI_with_GT" / tissue
        folder.mkdir(parents=True)
        for number in range(1, count + 1):
            Image.fromarray(speckle(1000 * offset + number)).convert("RGB").save(folder / f"{tissue} ({number}).png")
            mask = np.zeros((96, 72), bool)
            mask[20:40, 20 : 30 + number] = tissue != "normal"
            mask[45 + offset, 20:30] = tissue != "normal"
            Image.fromarray(mask).save(folder / f"{tissue} ({number})_mask.png")
    Image.fromarray(~mask).save(root / "Dataset_BUSI_with_GT/benign/benign (1)_mask_1.png")
    return root


def write_table(path, lines):
    with path.open("w", newline="") as file:
        table = csv.DictWriter(file, list(lines[0]))
        table.writeheader()
        table.writerows(lines)
