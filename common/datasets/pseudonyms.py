"""Patients and studies under pseudonyms, which follow from a secret and so stay the same from file to file."""

import hashlib
import hmac
from collections.abc import Sequence

from .index import Row

LENGTH = 16
"""Hexadecimal digits: 64 bits, so that among a million patients two share a pseudonym with probability 3e-8."""


def pseudonymise(rows: Sequence[Row], salt: str) -> None:
    """Replace each `patient`, `study`, `series` by its HMAC-SHA-256 under the secret `salt` (RFC 2104), where known.

    Without the secret a pseudonym cannot be found by trying all ids, as a plain hash could.
    """
    for row in rows:
        for column in ("patient", "study", "series"):
            if row.get(column):
                code = f"{column}\n{row[column]}".encode()
                row[column] = hmac.new(salt.encode(), code, hashlib.sha256).hexdigest()[:LENGTH]
