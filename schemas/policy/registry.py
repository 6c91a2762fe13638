"""Finding a policy: by its id and version, or by the day."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.errors import PolicyError
from schemas.policy.reading import read_policies

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.policy.model import Policy

DIRECTORY = Path(__file__).parents[1] / "policies"


@cache
def policies() -> tuple[Policy, ...]:
    """All policies of the registry, by id and then in the order in which they come into force.

    Raises:
        PolicyError: see `read_policies`.

    """
    return read_policies(DIRECTORY)


def load_policy(policy_id: str, version: str | None = None) -> Policy:
    """One policy; without a version its newest one.

    Raises:
        PolicyError: there is none; says which there are.

    """
    matching = [p for p in policies() if p.id == policy_id and version in (None, p.version)]
    if matching:
        return matching[-1]
    wanted = policy_id if version is None else f"{policy_id} {version}"
    known = ", ".join(f"{p.id} {p.version}" for p in policies())
    raise PolicyError(f"there is no policy {wanted!r}", remedy=f"choose one of: {known}")


def versions_of(policy_id: str) -> tuple[Policy, ...]:
    """All versions of a policy, in the order in which they come into force.

    Raises:
        PolicyError: there is no such policy; says which there are.

    """
    load_policy(policy_id)
    return tuple(policy for policy in policies() if policy.id == policy_id)


def policy_in_force(policy_id: str, at: int) -> Policy:
    """The version of a policy that is in force at a moment, µs. Raises PolicyError as `versions_of` does."""
    return in_force(versions_of(policy_id), at)


def in_force(versions: Sequence[Policy], at: int) -> Policy:
    """Which of a policy's versions, in the order in which they come into force, is in force at `at`, µs.

    Days begin at 00:00 UTC. Before the first version, that one: no older one is known, and nothing may be lost.
    """
    begun = [version for version in versions if version.begins_at <= at]
    return begun[-1] if begun else versions[0]
