"""One reader for every image file: rows first, `(1, H, W)`, float32 in `[0, 1]`, as a viewer displays it."""

from typing import Any

__all__ = ["ReadImaged", "Reader"]


def __getattr__(name: str) -> Any:
    """Return a name of `reader`, imported only now: `decode` beside it must not cost an import of monai (4 s)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import reader

    return getattr(reader, name)
