"""`reference.npz`: arrays of numbers, which numpy reads without unpickling."""

import zipfile
import zlib
from pathlib import Path

LARGEST = 2**30
"""Bytes that the arrays may have unpacked; ours of 1,000 images have some 10 MB."""


def check_arrays(path: Path) -> list[str]:
    """Return why a file is not arrays of numbers, if so."""
    import numpy as np

    try:
        with zipfile.ZipFile(path) as archive:
            if (declared := sum(info.file_size for info in archive.infolist())) > LARGEST:
                return [f"arrays of at most {LARGEST:,} bytes; got {declared:,}"]
        with np.load(path, allow_pickle=False) as arrays:
            for name in arrays.files:
                if not isinstance(arrays[name], np.ndarray):
                    return [f"{name!a} is no array"]
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, MemoryError, NotImplementedError) as error:
        return [f"not arrays of numbers: {error}"]
    return []
