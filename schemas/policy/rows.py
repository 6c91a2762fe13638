"""The rows of a policy file about who handles what. Each carries the lines of the policy's text that it rests on."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from schemas.regimes import Regime

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*([_-][a-z0-9]+)*$", max_length=64)]
RecipientId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*(/[a-z][a-z0-9-]*)?$", max_length=128)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Lines = Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=1)]
Text = Annotated[str, StringConstraints(min_length=1)]
Ids = Annotated[tuple[Id, ...], Field(min_length=1)]
DomainId = Literal["pii", "service_data"]
Trait = Literal[
    "direct_marketing", "sale_or_share", "targeted_ads", "essential_notice", "profiling", "published", "sensitive",
    "claims", "by_name", "replica",
]  # fmt: skip


class Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Cited(Table):
    """lines: of the policy's text. mark: `stated` by the policy, or `derived` by us and open to review."""

    lines: Lines
    mark: Literal["stated", "derived"]
    note: str | None = None


class Domain(Cited):
    """A kind of data, and the role in which the company handles it."""

    id: DomainId
    role: Literal["controller", "processor"]
    wording: Text


class Law(Cited):
    """A law that the policy's people may be under, and where it is the law: `EEA`, `HK`, `US-CA`."""

    id: Regime
    jurisdictions: Annotated[tuple[Text, ...], Field(min_length=1)]


class Basis(Cited):
    """A legal basis that the policy names. `withdrawable`: a withdrawal or opt-out ends what rests on it."""

    id: Id
    withdrawable: bool
    wording: Text


class Data(Cited):
    """A category of data. `sensitive`: by the law or by the policy's own words."""

    id: Id
    wording: Text
    sensitive: bool


class Purpose(Cited):
    """What data is used for. `bases` are candidates; the event may say which one was used.

    follows: the purpose whose choices carry this one with them; it can still be chosen alone.
    survives: goes on in spite of a withdrawal, whatever its basis.
    data: the categories that it uses. traits: `direct_marketing`: an objection is absolute; `sale_or_share`,
    `targeted_ads`: an opt-out of that kind reaches it; `essential_notice`: an unsubscribe doesn't; `published`: what
    is out can't be recalled; `sensitive`: needs a consent of its own; `by_name`: is granted only by
    whoever names it; `claims`: is about legal ones; `replica`: its data is a copy of what another service holds,
    and is deleted when it stops.
    unshared: why it reaches no recipient.
    """

    id: Id
    domain: DomainId = "pii"
    wording: Text
    bases: Ids
    follows: Id | None = None
    survives: bool = False
    data: tuple[Id, ...] = ()
    traits: tuple[Trait, ...] = ()
    unshared: Text | None = None


class Deletion(Cited):
    """What a person's deletion means at a recipient; `basis` says on what ground it is not applicable."""

    meaning: Literal["erase", "not_applicable"]
    basis: Id | None = None


class Recipient(Cited):
    """Who gets data: `vendor`, or `vendor/module` where parts of one vendor act apart.

    kind: `class`: the policy names no company, so a request can't be finished before one is bound to it.
    reach: how a choice gets there. gate: it controls the others: first to be told of a stop, last of an erasure.
    """

    id: RecipientId
    title: Text
    deletion: Deletion | None = None
    kind: Literal["named", "class"] = "named"
    role: Literal["processor", "third_party", "affiliate", "source", "counterparty"] = "processor"
    status: Literal["active", "retired"] = "active"
    reach: Literal["api", "client_signal", "web_form", "manual", "public", "link_out"] = "api"
    gate: bool = False


class Flow(Cited):
    """The purpose that this row stands under reaches recipient `to`."""

    to: RecipientId


class Exemption(Cited):
    """Somebody the policy names who is told nothing by the relay, and why.

    recipients: those that it speaks of; then `meanwhile` says what becomes of choices about them. Without, it speaks
    of somebody who is no recipient at all.
    """

    id: Id
    reason: Text
    recipients: tuple[RecipientId, ...] = ()
    meanwhile: Text | None = None
