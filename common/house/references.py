"""References of a configuration: `@id` and `%id`, each to something that is there."""

from collections.abc import Iterator
from difflib import get_close_matches

from ..bundles import walk
from .files import Config


def check_references(config: Config) -> list[str]:
    """Return the references to ids that the configuration does not have, and every `#`.

    Args:
        config: As MONAI merges it: `evaluate` after `train`.
    """
    known = {id for id, _ in walk(config)}
    problems = [
        f"{where}: MONAI reads # as ::, in any text; got {text!r}: write ::, or another sign"
        for where, text in [*texts(config), *((id, id) for id in known)]
        if "#" in text
    ]
    for where, text in texts(config):
        for id in references(where, text):
            if id not in known:
                nearest = get_close_matches(id, known, n=1, cutoff=0)[0]
                problems.append(f"{where}: there is no {id!r}: did you mean {nearest!r}?")
    return problems


def referenced(config: Config) -> set[str]:
    """Return the ids that something in the configuration refers to."""
    return {id for where, text in texts(config) for id in references(where, text)}


def references(where: str, text: str) -> list[str]:
    """Return the ids that the text at an id refers to, relative ones resolved, as MONAI finds them."""
    from monai.bundle import ConfigParser, ReferenceResolver

    text = ConfigParser.resolve_relative_ids(where, text)
    if text.startswith("%"):
        return [text.removeprefix("%")]  # a path before the id, as MONAI allows, is no id: files include no files
    return list(ReferenceResolver.match_refs_pattern(text))


def texts(config: Config) -> Iterator[tuple[str, str]]:
    """Yield each text of a configuration with its id."""
    return ((id, value) for id, value in walk(config) if isinstance(value, str))
