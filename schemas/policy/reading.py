"""Reading policy files: every mistake is told with its file, row and field."""

from __future__ import annotations

import hashlib
import tomllib
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from schemas.contract import invalid
from schemas.errors import PolicyError
from schemas.policy.model import Policy
from schemas.policy.names import place_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

_REMEDY = "mend that row; docs/policies.md explains each table"


def read_policy(path: Path) -> Policy:
    """Read one policy file.

    Raises:
        PolicyError: unreadable, no TOML, or a row that breaks a rule; names file, row and field.

    """
    try:
        content = path.read_bytes()
        data = tomllib.loads(content.decode())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PolicyError(f"{path.name} can't be read as TOML: {error}") from None
    try:
        own: dict[str, Any] = {"sha256": hashlib.sha256(content).hexdigest(), "added": {}, "ends_at": None}
        return Policy.model_validate({**data, **own})
    except ValidationError as error:
        raise PolicyError(f"{path.name}: {_complaint(error, data)}", remedy=_REMEDY) from None


def _complaint(error: ValidationError, data: dict[str, Any]) -> str:
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    if not first["loc"]:  # a rule across rows says itself where
        return str(invalid(error))
    message = "needs at least one" if first["type"] == "too_short" else invalid(error).message
    return f"{place_of(data, first['loc'])}: {message}"


def read_policies(directory: Path) -> tuple[Policy, ...]:
    """All policies of a directory, by id and then in the order in which they come into force.

    Raises:
        PolicyError: a file breaks a rule, is misnamed, or two versions of a policy would be in force at once.

    """
    found = {path.name: read_policy(path) for path in directory.glob("*.toml")}
    for name, policy in found.items():
        wanted = (f"{policy.id}.toml", f"{policy.id}-{policy.version}.toml")
        if name not in wanted:
            raise PolicyError(f"{name}: id: {policy.id} {policy.version} must stand in {' or '.join(wanted)}")
    for problem in clashes(found.items()):
        raise PolicyError(problem, remedy=_REMEDY)
    known = sorted(found.values(), key=_coming)
    return tuple(policy for _, versions in groupby(known, key=lambda one: one.id) for policy in _grown(versions))


def clashes(named: Iterable[tuple[str, Policy]]) -> Iterator[str]:
    """Why versions of the same policies can't be in force one after the other, each as `name: field: why`."""
    known = sorted(named, key=lambda item: _coming(item[1]))
    for _, versions in groupby(known, key=lambda item: item[1].id):
        yield from _clashes(tuple(versions))


def _grown(versions: Iterable[Policy]) -> Iterator[Policy]:
    """One policy's versions with what each has `added` to those before it; what was gone and is back is new.

    And with when it ends.
    """
    older, added = None, dict[str, int]()
    known = tuple(versions)
    for version, newer in zip(known, (*known[1:], None), strict=True):
        if older is not None:
            new = version.by_purpose.keys() - older.by_purpose.keys()
            added = {one: at for one, at in added.items() if one in version.by_purpose}
            added |= dict.fromkeys(new, version.begins_at)
        yield version.model_copy(update={"added": added, "ends_at": newer and newer.begins_at})
        older = version


def _coming(policy: Policy) -> tuple[str, date, str]:
    return policy.id, policy.effective, policy.version


def _clashes(versions: Sequence[tuple[str, Policy]]) -> Iterator[str]:
    """Of one policy's versions by file, in the order in which they come into force."""
    name, first = versions[0]
    if first.supersedes is not None:
        yield f"{name}: supersedes: no version of it was in force before {first.effective}"
    for (_, older), (name, newer) in pairwise(versions):
        if older.version == newer.version:
            yield f"{name}: version: {newer.version} stands there twice"
        if older.effective == newer.effective:
            yield f"{name}: effective: {older.version} would be in force from {newer.effective}, too"
        if newer.supersedes not in {None, older.version}:
            yield f"{name}: supersedes: the version in force before it is {older.version}"
