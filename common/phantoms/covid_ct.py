"""Phantoms in the layout of the paper's private COVID-19 set (Mei et al., Nature Medicine 26:1224, 2020)."""

from pathlib import Path

from tqdm import tqdm

from .draw import from_block
from .folder import PhantomFolder, phantom_folder
from .lung_ct import slices_of

NAME = "covid_ct"

LABELS = ("positive", "negative")

PARTS = ("train",) * 6 + ("val",) + ("test",) * 3
"""Parts of the patients of each class: the original's 5,340, 920 and 2,790 slices are 59, 10 and 31 %."""

SLICES = 5
"""Of a patient; the original has ten."""

SIDE = 256
"""Pixels; the original's size is not published, and networks see 224 of it."""

SITES = ("WH", "Fuyang_P", "WCH_P", "N", "WCH_N")
"""How the names of patients begin by hospital: three of positive, two of negative ones."""

ABSENT, UNLISTED = "row without a file", "file without a row"
"""Faults, as an interrupted copy leaves them."""


def write(out: Path, *, patients: int, seed: int, difficulty: float) -> int:
    """Write `images` and `covid19_{train,val,test}.csv`, and return the number of images.

    Raises:
        ConfigError: A number out of range.
        DatasetError: `out` is not empty.
        StorageError: No space left, or no permission.
    """
    with phantom_folder(out, dataset=NAME, patients=patients, seed=seed, difficulty=difficulty) as folder:
        numbers = dict.fromkeys(LABELS, 0)
        tables: dict[str, list[tuple[int, str, str]]] = {part: [] for part in PARTS}
        for patient in tqdm(range(1, patients + 1), desc=NAME, unit="patient", disable=None):
            label = from_block(LABELS, patient - 1, seed=seed, key=f"{NAME} label")
            part = from_block(PARTS, numbers[label], seed=seed, key=f"{NAME} part {label}")
            numbers[label] += 1
            for path in _add_patient(folder, patient, label):
                tables[part].append((len(tables[part]), path, label))
        for part, rows in tables.items():
            folder.save_table(f"covid19_{part}.csv", ("", "filename", "label"), rows)
    return len(folder.images)


def _add_patient(folder: PhantomFolder, patient: int, label: str) -> list[str]:
    """Write the slices of one patient, and return the paths that its table lists."""
    seed = folder.record["seed"]
    sites = SITES[:3] if label == "positive" else SITES[3:]
    site = from_block(sites, patient - 1, seed=seed, key=f"{NAME} site {label}")
    drawn = slices_of(folder.record, patient, ill=label == "positive", diffuse=True, scan=0, amount=SLICES, size=SIDE)
    listed = []
    for number, (image, truth) in enumerate(drawn):
        path = f"images/{site}{patient}-{number:02d}_{120 + 7 * number:04d}.png"
        fault = {(4, 0): ABSENT, (5, 0): UNLISTED}.get((patient % 20, number))
        if fault:
            folder.plant_fault(fault, path)
        if fault != ABSENT:
            folder.save(path, image)
            folder.plant(path, {"patient": patient, "label": label, **truth})
        if fault != UNLISTED:
            listed.append(path)
    return listed
