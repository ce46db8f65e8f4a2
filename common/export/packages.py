"""Packages that a portable bundle needs, in versions that the model zoo's Python 3.10 can install."""

from collections.abc import Iterable, Mapping

PYTHON = "3.10"
"""What the zoo's checks run: https://github.com/Project-MONAI/model-zoo/tree/dev/.github/workflows."""

BASE = {"monai": "1.6.1", "torch": "2.13.0", "numpy": "2.2.6"}
"""What `metadata.json` has keys of its own for. numpy 2.3 and later need Python 3.11."""

VERSIONS: Mapping[str, Mapping[str, str]] = {
    "PIL": {"pillow": "12.0.0"},
    "h5py": {"h5py": "3.16.0"},
    "highdicom": {"highdicom": "0.28.2"},
    "ignite": {"pytorch-ignite": "0.5.5"},
    "matplotlib": {"matplotlib": "3.10.7"},
    "nibabel": {"nibabel": "5.4.2"},
    "pydicom": {
        "pydicom": "3.0.2",
        # compressed DICOM, which pydicom finds by itself
        "pylibjpeg": "2.1.0",
        "pylibjpeg-openjpeg": "2.6.0",
        "pylibjpeg-libjpeg": "2.5.0",
        "pylibjpeg-rle": "2.2.0",
    },
    "safetensors": {"safetensors": "0.8.0"},
    "scipy": {"scipy": "1.15.3"},
    "sklearn": {"scikit-learn": "1.7.2"},
    "tensorboard": {"tensorboard": "2.20.0"},
    "tqdm": {"tqdm": "4.67.1"},
}
"""By the name that is imported, what to install: the last versions for Python 3.10, where requirements.txt has later.

`pip install --dry-run --python-version 3.10 --only-binary=:all:` found all of them on 2026-11-25.
"""

ALWAYS = {"fire": "0.7.1"}
"""What reads the command line of `python -m monai.bundle`."""


def required(packages: Iterable[str]) -> dict[str, str]:
    """Return name and version of what to install for imported packages, beside `BASE`."""
    wanted = {name: version for package in set(packages) - set(BASE) for name, version in VERSIONS[package].items()}
    return dict(sorted({**wanted, **ALWAYS}.items()))
