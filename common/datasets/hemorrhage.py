"""Labels of intracranial haemorrhage that CT-ICH and RSNA's challenge share, in the publishers' spelling."""

from collections.abc import Set

from .index import Row

SUBTYPES = ("epidural", "intraparenchymal", "intraventricular", "subarachnoid", "subdural")
"""In the order of RSNA's table."""

CLASS_NAMES = ("no_hemorrhage", "hemorrhage")

ANY, EACH = "any", "subtypes"
"""The two tasks: any haemorrhage or none; each of the subtypes, of which a slice may show several."""


def label_columns(task: str, subtypes: Set[str]) -> Row:
    """Return the columns that label a slice with these subtypes: `label`, or empty with a `label:` column for each.

    For the first task the subtypes stay in a column of their own.
    """
    if task == EACH:
        return {"label": "", **{f"label:{name}": str(int(name in subtypes)) for name in SUBTYPES}}
    return {"label": CLASS_NAMES[bool(subtypes)], "subtypes": ";".join(name for name in SUBTYPES if name in subtypes)}
