"""One version of one policy: its tables, and the questions that the relay asks them."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, model_validator

from schemas.contract import PolicyRef
from schemas.policy.checks import check
from schemas.policy.promises import (
    Backups,
    Cites,
    Contact,
    Defect,
    Effect,
    Minors,
    Retention,
    Right,
)
from schemas.policy.rows import (
    Basis,
    Data,
    Deletion,
    Domain,
    Exemption,
    Flow,
    Id,
    Law,
    Purpose,
    Recipient,
    Sha256,
    Table,
    Text,
    Trait,
)
from schemas.times import DAY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_EPOCH = 719_163
"""The day 1970-01-01 as `date.toordinal` counts."""


class Policy(Table):
    """One version of one policy. `sha256`: of the registry file's bytes; `text_sha256`: of the policy's own text.

    text_lines: how many lines that text has. effective: in force from this day on, until the next version's.
    supersedes: the version before it. historic: what was collected under a version stays under it.
    added: purposes that came with a later version than the first → since when they are known, µs; ends_at: when the
    next version comes into force, µs. Neither is in the file.
    """

    id: Id
    version: Text
    title: Text
    controller: Text
    address: Text | None = None
    effective: dt.date
    supersedes: Text | None = None
    historic: bool = False
    text_sha256: Sha256
    text_lines: Annotated[int, Field(ge=1)]
    sha256: Sha256
    cites: Cites
    regimes: Annotated[tuple[Law, ...], Field(min_length=1)]
    domains: tuple[Domain, ...]
    contacts: tuple[Contact, ...]
    bases: tuple[Basis, ...]
    data: tuple[Data, ...]
    purposes: tuple[Purpose, ...]
    recipients: tuple[Recipient, ...]
    flows: dict[str, tuple[Flow, ...]]
    deletion: Deletion
    backups: Backups | None = None
    retention: tuple[Retention, ...] = ()
    rights: tuple[Right, ...] = ()
    effects: tuple[Effect, ...] = ()
    minors: tuple[Minors, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    defects: tuple[Defect, ...] = ()
    added: dict[str, int] = Field(default_factory=dict, exclude=True)
    ends_at: int | None = Field(default=None, exclude=True)

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

    @property
    def begins_at(self) -> int:
        """00:00 UTC of the day from which it is in force, µs."""
        return (self.effective.toordinal() - _EPOCH) * DAY

    @cached_property
    def by_purpose(self) -> dict[str, Purpose]:
        return {purpose.id: purpose for purpose in self.purposes}

    @cached_property
    def by_recipient(self) -> dict[str, Recipient]:
        return {recipient.id: recipient for recipient in self.recipients}

    @cached_property
    def by_right(self) -> dict[str, Right]:
        return {right.id: right for right in self.rights}

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

    def with_trait(self, trait: Trait) -> tuple[str, ...]:
        """The purposes that have a trait, in the policy's order."""
        return tuple(purpose.id for purpose in self.purposes if trait in purpose.traits)

    @cached_property
    def apart(self) -> frozenset[str]:
        """The purposes of which a consent to everything says nothing."""
        return frozenset((*self.with_trait("sensitive"), *self.with_trait("by_name")))

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
