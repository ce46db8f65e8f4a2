"""Every rule of the house, asked of every bundle."""

from pathlib import Path

from ..errors import ConfigError
from .agreement import check_agreement, check_metadata, check_root
from .expressions import check_expressions
from .files import COPIES, EXEMPLAR, FILES, JSON_FILES, KINDS, Config, bundles_in, merged, read_config, split
from .formatting import formatted
from .heads import PRETRAINING, check_head, check_signature, check_used
from .like import check_like
from .references import check_references, referenced
from .targets import check_targets

_FIX = "run scripts/house.py --fix"


def check(root: Path) -> list[str]:
    """Return what is wrong with the bundles below `root`, a line each; empty where nothing is."""
    folders = bundles_in(root)
    if not folders:
        return ["bundles: there is none"]
    return [
        f"{folder.relative_to(root).as_posix()}/{problem}" for folder in folders for problem in check_bundle(folder)
    ]


def check_bundle(folder: Path) -> list[str]:
    """Return what is wrong with one bundle: `file: what`, a line each. Its exemplar is looked for beside it."""
    if missing := [name for name in FILES if not (folder / name).is_file()]:
        return [f"{name}: missing" for name in missing]
    problems, configs = [], {}
    for name in JSON_FILES:
        try:
            config = read_config(folder / name)
            if name != JSON_FILES[-1]:
                split(config, Path(name).stem)
        except ConfigError as error:
            problems.append(f"{name}: {error}")
            continue
        configs[Path(name).stem] = config
        if formatted(config) != (folder / name).read_text(encoding="utf-8"):
            problems.append(f"{name}: not laid out as everywhere (short lists and dicts on one line): {_FIX}")
    # What does not parse has no rules to keep; the rest would only repeat it.
    return problems if len(configs) < len(JSON_FILES) else [*problems, *_check_configs(folder, configs)]


def _check_configs(folder: Path, configs: dict[str, Config]) -> list[str]:
    problems = {kind: _check_alone(configs, kind, folder.name) for kind in KINDS}
    if not any(problems.values()):
        for kind in ("train", "inference"):
            problems[kind] += check_root(configs[kind], folder.name)
        problems["inference"] += check_agreement(configs["train"], configs["inference"])
        problems["metadata"] = check_metadata(configs["metadata"], split(configs["train"], "train")[0])
    lines = [f"configs/{kind}.json: {problem}" for kind, found in problems.items() for problem in found]
    readable = all(isinstance(configs[kind].get("_differs_", {}), dict) for kind in KINDS)
    return lines + (_check_likeness(folder, configs) if readable else [])


def _check_alone(configs: dict[str, Config], kind: str, bundle: str) -> list[str]:
    """Return what is wrong with a configuration in itself; with `evaluate`, as it is merged after `train`."""
    head, _ = split(configs[kind], kind)
    if kind != "evaluate":
        return [
            *check_head(head, kind, bundle=bundle),
            *check_used(head, referenced(configs[kind])),
            *_check_ids(configs[kind]),
        ]
    try:
        return [*check_signature(head), *_check_ids(merged(configs["train"], configs["evaluate"]))]
    except ConfigError as error:
        return [str(error)]


def _check_ids(config: Config) -> list[str]:
    return [*check_references(config), *check_expressions(config), *check_targets(config)]


def _check_likeness(folder: Path, configs: dict[str, Config]) -> list[str]:
    name = exemplar_of(configs["train"])
    for kind in KINDS:
        if (other := configs[kind].get("_like_", name)) != name:
            return [f"configs/{kind}.json: _like_ is {name!r} in train.json; got {other!r}"]
    if name == EXEMPLAR:
        return []
    if name == PRETRAINING:
        return [f"configs/train.json: _like_ names an exemplar; {PRETRAINING} has a head of its own and no siblings"]
    exemplar = folder.parent / name
    try:
        models = {kind: read_config(exemplar / f"configs/{kind}.json") for kind in KINDS}
        bodies = {kind: split(model, kind)[1] for kind, model in models.items()}
        copies = [file for file in COPIES if (folder / file).read_bytes() != (exemplar / file).read_bytes()]
    except (ConfigError, OSError) as error:
        return [f"configs/train.json: _like_ names an exemplar, a whole bundle; {name!r} is none ({error})"]
    if (other := exemplar_of(models["train"])) != EXEMPLAR:
        return [f"configs/train.json: _like_ names an exemplar; {name} is itself like {other}"]
    lines = []
    for kind in KINDS:
        body, declared = split(configs[kind], kind)[1], configs[kind].get("_differs_", {})
        found = check_like(body, bodies[kind], declared=declared, exemplar=name)
        lines += [f"configs/{kind}.json: {problem}" for problem in found]
    return lines + [f"{file}: not {name}'s, as it is in every bundle: {_FIX}" for file in copies]


def exemplar_of(train: Config) -> str:
    """Return the name of the bundle that a `train.json` is like; `none` if it is an exemplar itself."""
    return str(train.get("_like_", EXEMPLAR))
