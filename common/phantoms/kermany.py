"""Phantoms in the published layout of Kermany's chest radiographs (Kermany et al., Cell 172:1122, 2018)."""

from pathlib import Path

from tqdm import tqdm

from .draw import from_block, stream
from .folder import PhantomFolder, phantom_folder
from .pneumonia import draw_pneumonia
from .radiograph import draw_chest, radiograph

NAME = "kermany"

ROOT = "chest_xray"
"""The folder inside the original's archive."""

LABELS = ("NORMAL",) * 4 + ("bacteria",) * 7 + ("virus",) * 4
"""Patients of each kind, in the proportions of the original's 1,583, 2,780 and 1,493 images."""

PARTS = ("train",) * 4 + ("test",)
"""Parts of the patients of each kind; the original tests 624 of 5,856 images."""

VIEWS = (1, 1, 2, 3)
"""Images of a patient; most of the original's have one, some twenty."""

SIDES = (380, 640)
"""Least and greatest side in pixels; the original's are about twice as large, and of every shape."""

ACROSS = "duplicate across parts"
"""Fault: an image that trains is filed among those that test as well, as another patient's."""


def write(out: Path, *, patients: int, seed: int, difficulty: float) -> int:
    """Write `chest_xray/{train,test}/{NORMAL,PNEUMONIA}`, and return the number of images.

    Raises:
        ConfigError: A number out of range.
        DatasetError: `out` is not empty.
        StorageError: No space left, or no permission.
    """
    with phantom_folder(out, dataset=NAME, patients=patients, seed=seed, difficulty=difficulty) as folder:
        numbers = dict.fromkeys(LABELS, 0)
        for patient in tqdm(range(1, patients + 1), desc=NAME, unit="patient", disable=None):
            kind = from_block(LABELS, patient - 1, seed=seed, key=f"{NAME} label")
            numbers[kind] += 1
            _add_patient(folder, patient, kind, numbers[kind])
            if patient % 20 == 8:
                _add_fault(folder, patient)
    return len(folder.images)


def _add_patient(folder: PhantomFolder, patient: int, kind: str, number: int) -> None:
    """Write the images of one patient, `number` of its kind: bacteria and virus count their persons each from 1."""
    seed, difficulty = folder.record["seed"], folder.record["difficulty"]
    part = from_block(PARTS, number - 1, seed=seed, key=f"{NAME} part {kind}")
    generator = stream(seed, NAME, patient)
    chest = draw_chest(generator)
    pneumonia = draw_pneumonia(generator, ill=kind != "NORMAL", diffuse=kind == "virus", difficulty=difficulty)
    size = tuple(int(side) for side in generator.integers(*SIDES, size=2))
    for view in range(from_block(VIEWS, patient - 1, seed=seed, key=f"{NAME} views")):
        image, _, truth = radiograph(stream(seed, NAME, patient, view), chest, pneumonia, size=(size[0], size[1]))
        path = f"{ROOT}/{part}/{_name(kind, number, view)}.jpeg"
        folder.save(path, image)
        folder.plant(path, {"patient": patient, "label": kind, **truth})


def _name(kind: str, number: int, view: int) -> str:
    """Return folder and stem of an image: normals come in two series, and a further view has a further number."""
    if kind == "NORMAL":
        series, further = ("IM", "NORMAL2-IM")[number % 2], f"-{view + 1:04d}" if view else ""
        return f"NORMAL/{series}-{(number + 1) // 2:04d}-0001{further}"
    return f"PNEUMONIA/person{number}_{kind}_{3 * number + view}"


def _add_fault(folder: PhantomFolder, patient: int) -> None:
    """File a pneumonia that trains among those that test, as of a person that does not exist."""
    sources = [path for path in folder.images if path.startswith(f"{ROOT}/train/PNEUMONIA")]
    generator = stream(folder.record["seed"], NAME, ACROSS, patient)
    source = sources[int(generator.integers(len(sources)))]
    kind = folder.images[source]["label"]
    folder.copy(ACROSS, f"{ROOT}/test/PNEUMONIA/person{9000 + patient}_{kind}_{9000 + patient}.jpeg", of=source)
