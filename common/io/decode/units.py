"""Files that carry grey levels, and no Hounsfield units."""

from pathlib import Path

from ...errors import ImageError


def refuse_window(path: Path, window: str) -> None:
    """Refuse a named window for a file whose values have no unit.

    Raises:
        ImageError: A window other than `none`.
    """
    if window != "none":
        raise ImageError(
            f"{path}: a CT window needs Hounsfield units, which PNG, JPEG and NPY do not carry; got {window!r}: "
            "give --window none"
        )
