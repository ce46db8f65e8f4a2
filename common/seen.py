"""Which images weights have seen, so that nobody is scored on them: `seen.txt` beside the weights.

A line for each image that trained or chose them, and those that had trained what they began from: the digest of its
decoded pixels, the index's column `pixels`, 16 hexadecimal digits. 64 bits: of 1.35 million images and 10,000 tested
ones, two different ones agree with probability 7e-10 (n * m / 2^64).
"""

from collections.abc import Collection, Iterable
from pathlib import Path

from .errors import WeightsError
from .files import write_text

NAME = "seen.txt"


def write_seen(folder: Path, digests: Iterable[str]) -> None:
    """Write `seen.txt` into `folder`, sorted."""
    write_text(folder / NAME, "".join(f"{digest}\n" for digest in sorted(set(digests))))


def read_seen(weights: Path) -> frozenset[str]:
    """Return the digests of the images that the weights at a path have seen; none where no `seen.txt` says so."""
    path = weights.with_name(NAME)
    return frozenset(path.read_text(encoding="utf-8").split()) if path.is_file() else frozenset()


def refuse_seen(seen: Collection[str], tested: Collection[str], *, weights: str) -> None:
    """Refuse weights that have seen images on which they would be tested.

    Args:
        seen: Digests of the images that they have seen.
        tested: Digests of the test part.
        weights: What they are called.

    Raises:
        WeightsError: Any image is in both.
    """
    if both := set(seen) & set(tested):
        raise WeightsError(
            f"weights are tested on images that they have not seen; {weights} have seen {len(both):,} of the "
            f"{len(tested):,} in the test part of this fold: give --pretrained other weights, or the fold that they "
            "were trained for"
        )
