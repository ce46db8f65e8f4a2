"""Archives of `torch.export`: a graph of operators in JSON. Read, never loaded.

`torch.export.load` must not see a stranger's file: it evaluates the expressions of the graph's sizes (sympy's
`sympify`), and unpickles without restraint what does not unpickle safely (torch 2.13.0).
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..bundles import walk
from ..errors import TrustError, WeightsError
from ..weights.formats.pytorch import PLAIN, check_archive
from .documents import parse
from .layout import check_layout
from .operators import OPERATORS
from .pickles import imported

_MEMBERS = re.compile(
    r"[\w.]+/(?:byteorder|version|archive_format|archive_version|\.data/\w+|models/\w+\.json|extra/\w+|"
    r"data/(?:weights|constants)/(?:weight_\d+|tensor_\d+|\w+_config\.json)|data/sample_inputs/\w+\.pt)",
    re.ASCII,
)
"""What such an archive holds; compiled kernels (`data/aotinductor`) are libraries, which run when they are loaded."""

_TENSORS = re.compile(
    r"[\w.-]+/(?:data\.pkl|data/\d+|byteorder|version|\.format_version|\.storage_alignment|\.data/serialization_id)",
    re.ASCII,
)
"""What the archive of tensors in it holds; torch takes `DATA.PKL` for its pickle, too."""

_SIZE = re.compile(
    r"(?:Symbol\('[su]\d+'(?:, \w+=True)*\)|Integer\(\d+\)|Mul|Add|Max|Min|[-+*() ,]|\d+|[su]\d+)*", re.ASCII
)
"""An expression of a size: symbols, whole numbers, sums, products, largest and smallest."""

_TARGET = re.compile(
    r"torch\.ops\.aten\.(\w+)\.\w+|_operator\.(?:add|sub|mul|floordiv|mod|eq|ge|le|gt|lt|getitem)", re.ASCII
)


def check_exported_program(path: Path) -> list[str]:
    """Return what an archive of torch.export does beyond arithmetic on tensors, a line each."""
    try:
        check_archive(path)
        check_layout(path)
        with zipfile.ZipFile(path) as archive:
            return [problem for info in archive.infolist() for problem in _check(archive, info)]
    except (TrustError, WeightsError, zipfile.BadZipFile, RuntimeError, UnicodeDecodeError, zlib.error) as error:
        return [f"no sound archive of torch.export: {error}"]


def _check(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> list[str]:
    name = info.filename
    if not _MEMBERS.fullmatch(name):
        return [f"{name!a}: nothing that torch.export writes of a network"]
    if name.endswith(".json"):
        return [
            f"{name}: {problem}"
            for where, value in walk(parse(archive.read(info).decode()))
            for problem in _entry(where, value)
        ]
    if name.endswith(".pt"):
        return [f"{name} imports {text}" for text in _pickled(archive.read(info)) if not PLAIN.fullmatch(text)]
    return []


def _entry(where: str, value: Any) -> Iterator[str]:
    key = where.rpartition("::")[2]
    if key == "target" and isinstance(value, str):
        found = _TARGET.fullmatch(value)
        if not found or (found[1] and found[1] not in OPERATORS):
            yield f"the operator {value!a} is not on the list of those that only compute"
    if key == "expr_str" and not (isinstance(value, str) and _SIZE.fullmatch(value)):
        yield f"a size is sums and products of symbols; got {value!a}, which would be evaluated"
    if key in ("guards_code", "custom_obj_values", "treespec_namedtuple_fields") and value:
        yield f"{key} holds code or objects"
    if key == "use_pickle" and value is not False:
        yield "weights as pickles"


def _pickled(content: bytes) -> Iterator[str]:
    check_layout(content)
    with zipfile.ZipFile(io.BytesIO(content)) as inner:
        for info in inner.infolist():
            if not _TENSORS.fullmatch(info.filename):
                raise TrustError(f"{info.filename!a} is nothing that torch.save writes of tensors")
            if info.filename.endswith(".pkl"):
                yield from imported(inner.read(info))
