"""The proof of a portable bundle: copied elsewhere and run alone, it gives what the repository gives."""

import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

from ..errors import ExportError
from ..files import sha256_of_file, write_json
from ..runs import versions
from .alone import alone
from .export import Exported
from .manifest import files_of
from .samples import COUNT, write_samples

_RUN = """\
import os, runpy, sys
sys.path.insert(0, os.getcwd())
sys.argv = ["monai.bundle", *sys.argv[1:]]
runpy.run_module("monai.bundle", run_name="__main__", alter_sys=True)
"""
"""`python -m monai.bundle`, as `-c` runs it: the folder that it is started in comes first, as with `-m`."""

_ONLY_ITS_OWN = """\
import atexit
def own():
    places = {os.path.realpath(path) for path in sys.path}
    if "common" in sys.modules or os.path.realpath(sys.modules["scripts"].__file__) != os.path.realpath(
        "scripts/__init__.py"
    ) or REPOSITORY in places:
        os.write(2, b"code from outside the folder was run\\n")
        os._exit(3)
atexit.register(own)
"""


class Proof(NamedTuple):
    """What was compared, in a sentence, and the file that keeps it."""

    sentence: str
    path: Path


def prove(done: Exported, bundle: Path, *, root: Path, weights: Path | None = None) -> Proof:
    """Compare the portable bundle with the repository's on images that are drawn for it, byte by byte.

    Args:
        done: The export.
        bundle: Its folder in the repository.
        root: Of the repository.
        weights: What was exported (default: the bundle's).

    Raises:
        ExportError: It does not run alone, or gives something else.
    """
    with tempfile.TemporaryDirectory() as place:
        images, here, there = (Path(place, name) for name in ("images", "here", "there"))
        write_samples(images)
        copy = shutil.copytree(done.folder, Path(place, "elsewhere", done.folder.name))
        common = ["run", "--dataset_dir", str(images), "--num_workers", "0"]
        program = _RUN.replace("import os, runpy, sys\n", f"import os, runpy, sys\n{_own(root)}")
        alone(
            ["-c", program, *common, "--config_file", "configs/inference.json", "--output_dir", str(there)],
            folder=copy,
            doing="inference",
        )
        models = (weights.parent if weights else bundle / "models").resolve()
        config = str(bundle.resolve() / "configs" / "inference.json")
        of_bundle = ["--bundle_root", str(bundle.resolve()), "--ckpt_dir", str(models), "--output_dir", str(here)]
        alone(["-c", _RUN, *common, "--config_file", config, *of_bundle], folder=root, doing="inference")
        compared = _compared(here, there)
    path = done.folder.with_name(f"{done.folder.name}.proof.json")
    told = f"{done.folder.name}, copied elsewhere and run alone, gave the same {len(compared)} files of predictions "
    told += f"for {COUNT} images as this repository, byte for byte"
    facts = {"sentence": told, "manifest_sha256": sha256_of_file(done.folder / "manifest.json"), "compared": compared}
    write_json(path, {**facts, "differences": done.differences, **versions()})
    return Proof(told, path)


def _own(root: Path) -> str:
    return _ONLY_ITS_OWN.replace("REPOSITORY", repr(str(root.resolve())))


def _compared(here: Path, there: Path) -> list[str]:
    """Return the names of the files, which are the same in both folders and hold the same."""
    expected, found = (dict(files_of(folder)) for folder in (here, there))
    if not expected:
        raise ExportError("inference in this repository wrote nothing to compare with")
    if expected.keys() != found.keys():
        name = min(expected.keys() ^ found.keys())
        raise ExportError(f"the copy writes the files that the repository writes; {name} is only in one of them")
    for name, path in expected.items():
        if sha256_of_file(path) != sha256_of_file(found[name]):
            raise ExportError(f"the copy predicts what the repository predicts; {name} differs")
    return sorted(expected)
