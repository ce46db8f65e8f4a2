"""Text in the pictures, which may name a patient, or give the label away."""

from ...io.decode.decoded import Decoded
from .burned_in import burned_in_text
from .findings import NOTE, Finding


def burned_in(image: str, decoded: Decoded) -> list[Finding]:
    """Return a note if an image bears text, and one if its DICOM header says so.

    Args:
        image: Its path below the root.
        decoded: Its pixels and what was read beside them.
    """
    says = [f"{image}: its header declares BurnedInAnnotation"] if _declared(decoded.about) else []
    if lines := burned_in_text(decoded.pixels):
        first = lines[0]
        place = f"rows {first.top}-{first.bottom - 1}, columns {first.left}-{first.right - 1}"
        says.append(f"{image}: {len(lines)} lines of text, the first at {place}")
    return [Finding("burned-in text", NOTE, detail, (image,)) for detail in says]


def _declared(about: dict[str, str]) -> bool:
    return about.get("burned-in annotation") == "YES"
