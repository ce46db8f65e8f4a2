"""Like, except: a body is its exemplar's word for word, but for the ids that it declares to differ, with reasons."""

from collections.abc import Collection, Iterable
from typing import Any

from .files import Config

Body = dict[str, Any] | list[Any]


def check_like(body: Config, model: Config, *, declared: Collection[str], exemplar: str) -> list[str]:
    """Return the differences that are not declared, and the declared ones that are not there.

    Args:
        body: From `network_def` down.
        model: The exemplar's.
        declared: Ids in `_differs_`; each covers what lies inside it.
        exemplar: Its name.
    """
    found = differences(body, model)
    covering = {id: _covering(id, declared) for id in found}
    problems = [
        f"{id} is not as in {exemplar}: name it in _differs_ with the reason, or run scripts/house.py --fix"
        for id in found
        if not covering[id]
    ]
    problems += [
        f"_differs_ names {id}, which is as in {exemplar}: take it out"
        for id in declared
        if id not in covering.values()
    ]
    if not problems and _spelt(restored(body, model, declared)) != _spelt(body):
        problems.append(f"the body's keys stand in another order than in {exemplar}: run scripts/house.py --fix")
    return problems


def differences(own: Any, model: Any, where: str = "") -> list[str]:
    """Return the innermost ids at which two bodies differ; the order of keys is not compared.

    Lists are compared by position; of another length, one differs as a whole.
    """
    if not _comparable(own, model):
        return [] if type(own) is type(model) and own == model else [where]
    mine, theirs = _entries(own), _entries(model)
    found: list[str] = []
    for key in dict.fromkeys([*theirs, *mine]):
        inside = _inside(where, key)
        found += differences(mine[key], theirs[key], inside) if key in mine and key in theirs else [inside]
    return found


def restored(own: Any, model: Any, declared: Collection[str], where: str = "") -> Any:
    """Return a body as its exemplar has it, but for the declared ids, which stay as they are: present or not."""
    if where in declared:
        return own
    reaches_inside = any(id.startswith(_inside(where, "")) for id in declared)
    if not reaches_inside or not _comparable(own, model):
        return model
    mine, theirs = _entries(own), _entries(model)
    result = {}
    for key in _in_order(mine, theirs):
        inside = _inside(where, key)
        if key in mine and key in theirs:
            result[key] = restored(mine[key], theirs[key], declared, inside)
        elif (key in mine) == (inside in declared):
            result[key] = mine[key] if key in mine else theirs[key]
    return result if isinstance(own, dict) else list(result.values())


def _comparable(own: Any, model: Any) -> bool:
    """Return whether two parts of a body are compared by what they hold."""
    if isinstance(own, list) and isinstance(model, list):
        return len(own) == len(model)
    return isinstance(own, dict) and isinstance(model, dict)


def _entries(body: Body) -> dict[str, Any]:
    return body if isinstance(body, dict) else {str(index): item for index, item in enumerate(body)}


def _inside(where: str, key: str) -> str:
    return f"{where}::{key}" if where else key


def _covering(id: str, declared: Iterable[str]) -> str:
    """Return the innermost declared id that is `id` or holds it; empty if none does."""
    return max((other for other in declared if id == other or id.startswith(f"{other}::")), key=len, default="")


def _in_order(mine: Iterable[str], theirs: Iterable[str]) -> list[str]:
    """Return the exemplar's keys in its order, one's own additions each behind what it stands behind."""
    order, before = list(theirs), ""
    for key in mine:
        if key not in order:
            order.insert(order.index(before) + 1 if before else 0, key)
        before = key
    return order


def _spelt(body: Any) -> list[Any]:
    """Return a body with the order of its keys, which a comparison of dicts passes over."""
    if not isinstance(body, dict | list):
        return [body]
    return [[key, _spelt(value)] for key, value in _entries(body).items()]
