"""The 165 classes of RadImageNet: label, modality, anatomy, and the organ system that we assign.

A label begins with its modality and a code of its anatomy, `MR_af_...`: those columns are facts. The paper speaks of
seven organ systems, and no list of which class belongs where was published: the column `system` is our own. The first
rule that applies decides, `finding` being what follows the anatomy in a label (the labels' spelling is the original's):

1. a gland in the finding (adrenal, thyroid, pituatary): endocrine
2. lesion, mass, neoplasm or tumor in the finding: oncologic
3. the brain; of the spine cord, dural and foraminal findings: neurologic
4. another finding of ankle, hip, knee, shoulder or spine; osseous, marrow or degenerative ones: musculoskeletal
5. the lung: pulmonary
6. bowel, bile ducts, gallbladder, gallstone, liver, pancreas: gastrointestinal
7. what is left of the abdomen (kidneys, bladder, vessels, spleen, uterus, ovaries, normal ...): abdominal
"""

import csv
from pathlib import Path
from typing import NamedTuple

TABLE = Path(__file__).with_name("classes.csv")

SYSTEMS = (
    *("musculoskeletal", "neurologic", "oncologic", "gastrointestinal"),
    *("endocrine", "abdominal", "pulmonary"),
)
"""As the paper's abstract names them."""


class ClassFacts(NamedTuple):
    """One class: its label as published, `CT`, `MR` or `US`, the anatomy in words, one of `SYSTEMS`."""

    label: str
    modality: str
    anatomy: str
    system: str


def class_table() -> list[ClassFacts]:
    """Return the 165 classes, by label, which is the order of the network's outputs."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [ClassFacts(**line) for line in csv.DictReader(file)]
