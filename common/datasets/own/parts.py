"""What people call the parts of a split."""

PART_OF_WORD = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "dev", "tune"), "valid"),
    **dict.fromkeys(("test", "testing", "holdout"), "test"),
}
"""From a word in lower case to the part as an index names it."""
