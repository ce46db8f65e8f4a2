"""Where a trained classifier sees its evidence, scored against lesion masks beside what needs no training.

`open_model`, `localise` and `measures` give the scores of each image, which two runs can be compared by;
`write_localisation` writes what `scripts/localize.py` leaves.
"""

from .localise import Localised, localise, measured_items
from .model import Model, open_model
from .scores import MEASURES, measures, thresholds
from .write import write_localisation

__all__ = [
    "MEASURES",
    "Localised",
    "Model",
    "localise",
    "measured_items",
    "measures",
    "open_model",
    "thresholds",
    "write_localisation",
]
