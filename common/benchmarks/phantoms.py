"""Phantoms to measure on: of published sizes, the same on every machine."""

from pathlib import Path

PATIENTS = 40
"""Phantom patients, 1 or 2 images each: every part of a fold has both classes, the training part a batch of 32."""


def prepared_phantoms(folder: Path) -> Path:
    """Write phantoms in BUS-BRA's layout and sizes below `folder`, prepare them, and return the prepared data set."""
    from ..datasets.prepare import prepare
    from ..phantoms import busbra

    busbra.write(folder / "phantoms", patients=PATIENTS, seed=0, difficulty=0.2)
    return prepare(busbra.NAME, folder / "phantoms", folder / "data").folder
