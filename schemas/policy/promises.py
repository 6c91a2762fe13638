"""The rows of a policy file about what people may ask and what they are promised."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field

from schemas.periods import Period
from schemas.policy.rows import Cited, DomainId, Id, Lines, Table, Text

RightId = Literal[
    "access", "correction", "erasure", "withdrawal", "objection", "optout_sale", "optout_targeted_ads",
    "restriction", "portability", "complaint", "appeal",
]  # fmt: skip
RIGHTS: tuple[RightId, ...] = get_args(RightId)


class Cites(Table):
    """Where the policy's text says what stands in the head of the file."""

    version: Lines
    title: Lines
    controller: Lines
    effective: Lines
    address: Lines | None = None
    historic: Lines | None = None


class Contact(Cited):
    """Where people reach the company. value: absent when `masked`, as the published text hides it."""

    id: Id
    channel: Literal["email", "post", "phone", "web_form"]
    value: Text | None = None
    masked: bool = False


class Retention(Cited):
    """How long data is kept: of these purposes, of these data categories, or of one kind of data.

    period: absent = as long as it is needed. since: (`from` in the file) what the period counts from.
    """

    id: Id
    purposes: tuple[Id, ...] = ()
    data: tuple[Id, ...] = ()
    domain: DomainId | None = None
    period: Period | None = None
    since: Literal["collection", "request", "contract_end", "last_use", "no_longer_needed"] | None = Field(
        default=None, alias="from"
    )


class Backups(Cited):
    """How long deleted data may remain in backups; None: the text says no number. isolated: not used meanwhile."""

    period: Period | None = None
    isolated: bool = False


class Right(Cited):
    """What people may ask for. instead: what is done when the policy doesn't offer it."""

    id: RightId
    offered: bool
    contact: Id | None = None
    instead: Text | None = None


class Effect(Cited):
    """What follows from an event. of: a kind of event, or the basis that is withdrawn."""

    id: Id
    of: Text
    effect: Literal[
        "service_termination", "service_degraded", "not_retroactive", "notify_authorising_org",
        "other_bases_continue",
    ]  # fmt: skip


class Minors(Cited):
    """What is done about people younger than `under`, years. opt_in, parent: who must agree first."""

    under: int = Field(ge=1, le=21)
    action: Literal["deactivate_and_delete", "never", "parent", "opt_in"]


class Defect(Cited):
    """Where the policy contradicts itself, the law or the facts. reading: the safe one, that the relay acts on."""

    id: Id
    what: Text
    reading: Text
