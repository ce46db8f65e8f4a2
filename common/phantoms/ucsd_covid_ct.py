"""Phantoms in the published layout of UCSD's COVID-CT (Yang et al., arXiv:2003.13865), faults included."""

from pathlib import Path

from tqdm import tqdm

from ..files import write_text
from .draw import from_block, stream
from .folder import PhantomFolder, phantom_folder
from .lung_ct import slices_of
from .spreadsheet import save_spreadsheet

NAME = "ucsd_covid_ct"

LABELS = ("COVID", "NonCOVID")
"""Classes: 349 and 397 images of the original."""

PARTS = ("train",) * 4 + ("val",) + ("test",) * 2
"""Parts of the patients of each class: the original's 425, 118 and 203 images are 57, 16 and 27 %."""

SLICES = (1, 1, 2, 3)
"""Images of a patient; the original has 349 of 216 with COVID."""

SIDES = (280, 480)
"""Least and greatest side in pixels; the original's figures measure 61 to 1,637."""

ABSENT, UNLISTED, RENAMED = "listed without a file", "in no list", "listed under another ending"
"""Faults of the original, which its users report, by which patients (of twenty) they are planted."""

FAULTS = {4: ABSENT, 5: UNLISTED, 6: RENAMED}


def write(out: Path, *, patients: int, seed: int, difficulty: float) -> int:
    """Write `Images-processed`, `Data-split` and the two tables of patients, and return the number of images.

    Raises:
        ConfigError: A number out of range.
        DatasetError: `out` is not empty.
        StorageError: No space left, or no permission.
    """
    with phantom_folder(out, dataset=NAME, patients=patients, seed=seed, difficulty=difficulty) as folder:
        numbers = dict.fromkeys(LABELS, 0)
        lists: dict[tuple[str, str], list[str]] = {(part, label): [] for label in LABELS for part in PARTS}
        tables: dict[str, list[tuple[str, str]]] = {label: [] for label in LABELS}
        for patient in tqdm(range(1, patients + 1), desc=NAME, unit="patient", disable=None):
            label = from_block(LABELS, patient - 1, seed=seed, key=f"{NAME} label")
            part = from_block(PARTS, numbers[label], seed=seed, key=f"{NAME} part {label}")
            numbers[label] += 1
            for name, listed in _add_patient(folder, patient, label):
                # The original's table of COVID names some images without their ending.
                stem = name.removesuffix(".png") if patient % 3 == 0 else name
                tables[label].append((stem, f"Patient {numbers[label]}"))
                lists[part, label] += [listed] if listed else []
        for (part, label), names in lists.items():
            write_text(folder.root / f"Data-split/{label}/{part}CT_{label}.txt", "".join(f"{name}\n" for name in names))
        save_spreadsheet(folder.root / "COVID-CT-MetaInfo.xlsx", ("File name", "Patient ID"), tables["COVID"])
        folder.save_table("NonCOVID-CT-MetaInfo.csv", ("image name", "patient id"), tables["NonCOVID"])
    return len(folder.images)


def _add_patient(folder: PhantomFolder, patient: int, label: str) -> list[tuple[str, str]]:
    """Write the images of one patient, and return the name of each and what its list says, empty if nothing."""
    seed = folder.record["seed"]
    drawn = slices_of(
        folder.record,
        patient,
        ill=label == "COVID",
        diffuse=True,
        scan=0,
        amount=from_block(SLICES, patient - 1, seed=seed, key=f"{NAME} slices"),
        size=int(stream(seed, NAME, "size", patient).integers(*SIDES)),
    )
    names = []
    for number, (image, truth) in enumerate(drawn):
        fault = FAULTS.get(patient % 20, "") if number == 0 else ""
        name = f"2020.02.{patient:04d}-p12-68%{number}.png" if label == "COVID" else f"{patient}%{number}.jpg"
        path = f"Images-processed/CT_{label}/{name}"
        if fault != ABSENT:
            folder.save(path, image, mode="RGB")
            folder.plant(path, {"patient": patient, "label": label, **truth})
        if fault:
            folder.plant_fault(fault, path)
        listed = {UNLISTED: "", RENAMED: f"{name[:-4]}{'.jpg' if label == 'COVID' else '.png'}"}.get(fault, name)
        names.append((name, listed))
    return names
