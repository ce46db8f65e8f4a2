"""What a machine can mend in a bundle: its likeness to its exemplar, and how its files are laid out. Never a head."""

from pathlib import Path

from ..errors import ConfigError
from ..files import write_bytes, write_text
from .check import exemplar_of
from .files import COPIES, EXEMPLAR, JSON_FILES, KINDS, Config, bundles_in, read_config, split
from .formatting import formatted
from .like import differences, restored


def fix(root: Path) -> list[str]:
    """Mend the bundles below `root` and return what was changed, a line each; a second time there is nothing.

    Raises:
        ConfigError: A configuration that cannot be read.
        StorageError: A file that cannot be written.
    """
    changes = []
    for folder in bundles_in(root):
        place = folder.relative_to(root).as_posix()
        try:
            changes += [f"{place}/{change}" for change in _fix_bundle(folder)]
        except (ConfigError, OSError) as error:
            raise ConfigError(f"{place} cannot be mended: {error}; see scripts/house.py --check") from error
    return changes


def _fix_bundle(folder: Path) -> list[str]:
    like = exemplar_of(read_config(folder / "configs/train.json"))
    exemplar = None if like == EXEMPLAR else folder.parent / like
    changes = [change for name in JSON_FILES for change in _fix_json(folder / name, exemplar)]
    if exemplar:
        for name in COPIES:
            content = (exemplar / name).read_bytes()
            if not (folder / name).is_file() or (folder / name).read_bytes() != content:
                write_bytes(folder / name, content)
                changes.append(f"{name}: copied from {like}")
    return changes


def _fix_json(path: Path, exemplar: Path | None) -> list[str]:
    config, name = read_config(path), f"configs/{path.name}"
    mended = config
    changes = []
    if exemplar and path.stem in KINDS:
        mended = _restored(config, read_config(exemplar / name), path.stem)
        changes = [f"{name}: {id} as in {exemplar.name}" for id in differences(mended, config)]
    text = formatted(mended)
    if text == path.read_text(encoding="utf-8"):
        return []
    write_text(path, text)
    return changes or [f"{name}: laid out"]


def _restored(config: Config, model: Config, kind: str) -> Config:
    head, body = split(config, kind)
    declared = config.get("_differs_", {})
    if not isinstance(declared, dict):
        raise ConfigError(f"_differs_ is a dict of reasons by id; {kind}.json has {declared!r}")
    result: Config = restored(body, split(model, kind)[1], declared)
    return {**head, **result}
