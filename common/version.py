"""The version of this code, as CHANGELOG.md has it."""

VERSION = "0.1.0"
"""Of all that `common` holds; a portable bundle says which one it brings."""
