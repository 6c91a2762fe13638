"""The policy registry: what a privacy policy says, as data that a lawyer can review (`policies/*.toml`)."""

from __future__ import annotations

import hashlib
import tomllib
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from pydantic import ValidationError, model_validator

from schemas.contract import PolicyRef, invalid
from schemas.errors import PolicyError
from schemas.policy_checks import check
from schemas.policy_models import (
    Basis,
    Cites,
    Deletion,
    Domain,
    Exemption,
    Flow,
    Id,
    Purpose,
    Recipient,
    Sha256,
    Table,
    Text,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_DIRECTORY = Path(__file__).parent / "policies"


class Policy(Table):
    """One version of one policy. `sha256`: of the registry file's bytes; `text_sha256`: of the policy's own text."""

    id: Id
    version: Text
    title: Text
    controller: Text
    contact: Text | None
    text_sha256: Sha256
    sha256: Sha256
    cites: Cites
    domains: tuple[Domain, ...]
    bases: tuple[Basis, ...]
    purposes: tuple[Purpose, ...]
    recipients: tuple[Recipient, ...]
    flows: dict[str, tuple[Flow, ...]]
    deletion: Deletion
    exemptions: tuple[Exemption, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        check(self)
        return self

    def __hash__(self) -> int:
        """By the file's content, so that what was worked out for a policy can be kept."""
        return hash(self.sha256)

    @cached_property
    def ref(self) -> PolicyRef:
        return PolicyRef(id=self.id, version=self.version, sha256=self.sha256, text_sha256=self.text_sha256)

    @cached_property
    def by_purpose(self) -> dict[str, Purpose]:
        return {purpose.id: purpose for purpose in self.purposes}

    @cached_property
    def _places(self) -> dict[str, int]:
        return {purpose.id: place for place, purpose in enumerate(self.purposes)}

    def in_order(self, purposes: Collection[str]) -> tuple[str, ...]:
        """The same purposes once each, as the policy orders them."""
        return tuple(sorted(set(purposes), key=self._places.__getitem__))

    @cached_property
    def withdrawable(self) -> frozenset[str]:
        """The purposes that a withdrawal can reach: some basis of theirs gives way to it, and they don't survive."""
        gives_way = {basis.id for basis in self.bases if basis.withdrawable}
        return frozenset(p.id for p in self.purposes if not p.survives and gives_way.intersection(p.bases))

    @cached_property
    def _carried(self) -> dict[tuple[str, str], tuple[str, ...]]:
        carried: dict[tuple[str, str], tuple[str, ...]] = {}
        for purpose in self.purposes:
            for flow in self.flows.get(purpose.id, ()):
                key = (flow.to, purpose.domain)
                carried[key] = (*carried.get(key, ()), purpose.id)
        return carried

    def carried(self, recipient: str, domain: str) -> tuple[str, ...]:
        """The purposes of a kind of data that reach a recipient; none: it gets no such data."""
        return self._carried.get((recipient, domain), ())

    @cached_property
    def _by_domain(self) -> dict[str, tuple[str, ...]]:
        return {d.id: tuple(p.id for p in self.purposes if p.domain == d.id) for d in self.domains}

    def purposes_of(self, domain: str) -> tuple[str, ...]:
        """All purposes of a kind of data; none: the policy doesn't know that kind."""
        return self._by_domain.get(domain, ())

    def with_followers(self, named: Collection[str]) -> tuple[str, ...]:
        """The purposes that a choice about `named` is about, in the policy's order."""
        return tuple(p.id for p in self.purposes if p.id in named or p.follows in named)

    def deletion_at(self, recipient: Recipient) -> Deletion:
        """What a person's deletion means there."""
        return recipient.deletion or self.deletion

    def bases_of(self, purposes: Iterable[str]) -> str:
        """The bases that these purposes may rest on, as text for the audit."""
        found = {basis for purpose in purposes for basis in self.by_purpose[purpose].bases}
        return ",".join(basis.id for basis in self.bases if basis.id in found)


def read_policy(path: Path) -> Policy:
    """Read one policy file.

    Raises:
        PolicyError: unreadable, no TOML, or a row that breaks a rule; names file and row.

    """
    try:
        content = path.read_bytes()
        data = tomllib.loads(content.decode())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PolicyError(f"{path.name} can't be read as TOML: {error}") from None
    try:
        return Policy.model_validate({**data, "sha256": hashlib.sha256(content).hexdigest()})
    except ValidationError as error:
        raise PolicyError(f"{path.name}: {invalid(error)}") from None


@cache
def policies() -> tuple[Policy, ...]:
    """All policies of the registry, by id and version.

    Raises:
        PolicyError: a file breaks a rule.

    """
    found = (read_policy(path) for path in _DIRECTORY.glob("*.toml"))
    return tuple(sorted(found, key=lambda policy: (policy.id, policy.version)))


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
