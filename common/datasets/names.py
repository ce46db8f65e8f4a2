"""Files by the endings of their paths, as a table or a list of somebody else's names them."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable

_ENDINGS = (".nii.gz", ".nii", ".png", ".jpeg", ".jpg", ".npy", ".dicom", ".dcm", ".ima")
"""What the name of an image may end with, and need not: `img_1.png` may have become `img_1.dcm`."""


class Names:
    """Paths, found by how they end: `a/b/c.png` by `a/b/c.png`, `b/c.png` and `c.png`, compared as by `folded`.

    Args:
        paths: The paths, `/` between folders.
        endings: Whether `.png` and the like count.
    """

    def __init__(self, paths: Iterable[str], *, endings: bool = True) -> None:
        self._endings = endings
        self._paths: dict[str, list[str]] = defaultdict(list)
        for path in paths:
            for tail in tails(self._normal(path)):
                self._paths[tail].append(path)

    def ending_with(self, name: str) -> list[str]:
        """Return the paths that end with `name`, in the order given; Windows' separators count as ours."""
        return self._paths.get(self._normal(name), [])

    def _normal(self, name: str) -> str:
        parts = name.replace("\\", "/").removeprefix("./").split("/")
        name = "/".join(map(folded, parts))
        return name if self._endings else without_ending(name).rstrip()


def folded(text: str) -> str:
    """Return a text as names are compared: in small letters, with single blanks, `ä` as one code (NFC) as Macs do not.

    What a Mac has unpacked, or a spreadsheet was given, is spelt alike to the eye only.
    """
    return " ".join(unicodedata.normalize("NFC", text.casefold()).split())


def tails(path: str) -> list[str]:
    """Return `a/b/c`, `b/c` and `c` of a path `a/b/c`: longest first."""
    parts = path.replace("\\", "/").split("/")
    return ["/".join(parts[start:]) for start in range(len(parts))]


def without_ending(name: str) -> str:
    """Return a name without the ending of an image file, if it has one."""
    ending = next((ending for ending in _ENDINGS if name.casefold().endswith(ending)), "")
    return name[: len(name) - len(ending)]
