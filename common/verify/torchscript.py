"""TorchScript archives, which hold code: read, never loaded."""

import ast
import re
import zipfile
import zlib
from pathlib import Path

from ..errors import TrustError
from ..weights.formats.pytorch import PLAIN
from .operators import OPERATORS, PRIMITIVES
from .pickles import imported
from .syntax import dotted

_PICKLED = re.compile(r"torch\.jit\._pickle\.\w+|__torch__\.(?!.*\bclasses\b).*")
"""What TorchScript's pickles import beside tensors: its lists, and classes of the code in the same archive."""

SPARSEST = 20
"""Times its own size that an archive may unpack to: its weights do not shrink, code by itself to a tenth."""


def check_torchscript(path: Path) -> list[str]:
    """Return what a TorchScript archive does beyond arithmetic on tensors, a line each."""
    try:
        with zipfile.ZipFile(path) as archive:
            declared = sum(info.file_size for info in archive.infolist())
            if declared > SPARSEST * path.stat().st_size:
                return [f"an archive of {path.stat().st_size:,} bytes that declares {declared:,}"]
            return [problem for info in archive.infolist() for problem in _check(archive, info)]
    except (TrustError, zipfile.BadZipFile, RuntimeError, zlib.error) as error:
        return [f"no sound TorchScript archive: {error}"]


def _check(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> list[str]:
    name = info.filename
    if name.endswith(".pkl"):
        names = imported(archive.read(info))
        foreign = [text for text in names if not (PLAIN.fullmatch(text) or _PICKLED.fullmatch(text))]
        return [f"{name} imports {text}" for text in foreign]
    if name.endswith(".py"):
        return [f"{name}: {problem}" for problem in _check_code(archive.read(info))]
    return [f"{name}: a library"] if name.endswith((".so", ".dll", ".dylib")) else []


def _check_code(content: bytes) -> list[str]:
    try:
        tree = ast.parse(content.decode("ascii"))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return [f"no code of TorchScript's ({error})"]
    names = {dotted(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    calls = sorted(name for name in names if name.startswith(("torch.", "ops.")))
    allowed = {f"torch.{name}" for name in OPERATORS} | {f"ops.{name}" for name in PRIMITIVES}
    foreign = [name for name in calls if name not in allowed | {"ops.prim"}]
    foreign += [name for name in names if ".classes." in name]
    return [f"the operator {name} is not on the list of those that only compute" for name in foreign]
