"""ConsentEvent: what a person chose or asked, as upstream apps publish it."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from schemas.contract import Contract, Sealed
from schemas.printable import printable
from schemas.times import StatedMicros

if TYPE_CHECKING:
    from collections.abc import Iterator

CHANNELS = ("email", "sms", "phone", "push", "post", "ads", "web")
Channel = Literal["email", "sms", "phone", "push", "post", "ads", "web"]
Kind = Literal[
    "consent.granted", "consent.withdrawn", "deletion.requested",
    "consent.expired", "objection.raised", "optout.sale", "optout.targeted_ads",
    "restriction.requested", "restriction.lifted", "correction.requested", "access.requested",
    "authorisation.withdrawn", "hold.placed", "hold.lifted", "minor.identified", "contract.ended",
    "deletion.offered",
]  # fmt: skip
PROTECTIVE = frozenset({
    "consent.withdrawn", "consent.expired", "authorisation.withdrawn", "objection.raised",
    "optout.sale", "optout.targeted_ads", "restriction.requested", "correction.requested", "access.requested",
    "deletion.requested", "minor.identified", "contract.ended",
})  # fmt: skip
"""Kinds that protect the person."""
NEVER_LOST = PROTECTIVE | {"hold.placed"}
"""Kinds that a bad clock or a bad field must never lose silently: without its hold the next deletion would destroy
what has to be kept."""
MAKES_REQUEST = PROTECTIVE | {"restriction.lifted"}
"""Kinds of which a request is made, so that somebody can say of each task that it is done. The end of a restriction
protects nobody, but people work on it: the person has to be told before it is lifted."""
OPT_OUTS = frozenset({
    "consent.withdrawn", "consent.expired", "authorisation.withdrawn", "objection.raised", "optout.sale",
    "optout.targeted_ads",
})  # fmt: skip
"""Choices to stop something."""
_SCOPED = frozenset({"consent.granted", "consent.withdrawn"})
CANONICAL_UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_PHONE = re.compile(r"^\+\d{7,15}$")
_PERSON = re.compile(r"@|%40|(?:\+|%2B)(?:[ ()./-]{0,2}\d){7,15}(?!\d)", re.IGNORECASE)
_NO_PERSON = "stands readable in the audit: no e-mail address or phone number here"
LONGEST_VALUE = 1024
"""Of an identity, in characters."""


def _uuid(text: str) -> str:
    """One spelling of each: upper case or braces don't make another event."""
    if CANONICAL_UUID.fullmatch(text):
        return text
    try:
        return str(UUID(text))
    except ValueError:
        raise ValueError("must be a UUID") from None


def names_person(text: str) -> bool:
    """Whether an e-mail address or an international phone number stands in it, as far as that can be seen."""
    return _PERSON.search(text) is not None


def _label(text: str) -> str:
    if "@" in text or "%40" in text or _PHONE.match(text):
        raise ValueError(_NO_PERSON)
    return text


def _subject(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    if "@" in text or _PHONE.match(text):
        raise ValueError("must be your own id for the person, not an e-mail address or phone number")
    return text


def _purposes(value: object) -> object:
    return None if value == "all" else value


Name = Annotated[str, StringConstraints(min_length=1, max_length=256)]
Label = Annotated[Name, AfterValidator(_label)]
"""Text that the audit repeats: it must not name the person."""
Uuid = Annotated[str, AfterValidator(_uuid)]
# A list stops at its first bad item: a million of them would cost seconds, and a gigabyte of error texts.
Names = Annotated[tuple[Name, ...], Field(fail_fast=True, max_length=256)]
Channels = Annotated[tuple[Channel, ...], Field(fail_fast=True, max_length=32)]


class Identity(Contract):
    """What vendors need to find the person. `format` sha256: `value` is the lower-case hex digest."""

    type: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
    format: Literal["raw", "sha256"] = "raw"
    value: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_VALUE)]


class ExpressedBy(Contract):
    """Who spoke for the person; `customer`: the company whose data a processor handles.

    vendor: one at whom the person said it, `published_by` naming the connection, which needs no telling.
    """

    relation: Literal[
        "self", "parent", "representative", "employer", "customer", "agent", "browser_signal", "vendor"
    ] = "self"


class VerifiedBy(Contract):
    method: Label
    at: StatedMicros


class EvidenceLink(Contract):
    """Where the proof of the choice is kept; `sha256` in hex."""

    uri: Annotated[str, StringConstraints(max_length=2048), AfterValidator(_label)] | None = None
    sha256: Annotated[str, StringConstraints(max_length=128), AfterValidator(_label)] | None = None


class ConsentEvent(Contract):
    """One event. `purposes` None and `channels` empty both mean all; moments are µs (ISO text is taken).

    until: how long it holds: when a hold is looked at again, when an offer ends. age: of a minor, in years.
    vendors_told: of an opt-out that the vendors know already, as one from a list: it is only remembered.
    """

    event_id: Uuid
    kind: Kind
    controller: Name
    subject_id: Annotated[Name, AfterValidator(_subject)]
    identities: Annotated[tuple[Identity, ...], Field(fail_fast=True)] = ()
    sealed: Sealed | None = None
    purposes: Annotated[Names | None, BeforeValidator(_purposes)] = None
    channels: Channels = ()
    data_domain: Literal["pii", "service_data"] = "pii"
    policy_id: Name | None = None
    policy_version: Name | None = None
    jurisdiction: Label | None = None
    lawful_basis: Label | None = None
    expressed_by: ExpressedBy = Field(default_factory=ExpressedBy)
    verified_by: VerifiedBy | None = None
    method: Literal["web_form", "api", "import", "import_list", "signal", "support", "other"]
    evidence: EvidenceLink | None = None
    occurred_at: StatedMicros
    received_at: StatedMicros | None = None
    published_by: Label
    supersedes: Uuid | None = None
    until: StatedMicros | None = None
    age: Annotated[int, Field(ge=0, lt=150)] | None = None
    vendors_told: bool | None = None

    @model_validator(mode="after")
    def _scope(self) -> Self:
        if self.purposes is not None and not self.purposes:
            raise ValueError('purposes: name at least one purpose, or write "all"')
        if self.kind == "deletion.requested" and (self.purposes is not None or self.channels):
            raise ValueError("purposes: a deletion covers the whole person: leave purposes and channels out")
        # Vendors' calls delete all that they have: an order about one service alone must not.
        orders = self.kind == "contract.ended" and (self.data_domain != "pii" or self.supersedes is not None)
        if orders and (self.purposes is not None or self.channels):
            raise ValueError("purposes: a contract's end deletes all of the data: leave purposes and channels out")
        if self.vendors_told and self.kind not in OPT_OUTS:
            raise ValueError("vendors_told: only of an opt-out can it be said that the vendors know it already")
        if self.identities and self.sealed:
            raise ValueError("sealed: give identities readable or sealed, not both")
        return self

    @model_validator(mode="after")
    def _labels_are_fit(self) -> Self:
        """Only of what is published from now on: what stands in the audit stays readable."""
        for name, text in self._labels():
            if text is not None and not printable(text):
                raise ValueError(f"{name}: has a sign that can't be printed, as a line break or an escape")
            if text is not None and names_person(text):
                raise ValueError(f"{name}: {_NO_PERSON}")
        return self

    def _labels(self) -> Iterator[tuple[str, str | None]]:
        """What the audit repeats."""
        yield "jurisdiction", self.jurisdiction
        yield "lawful_basis", self.lawful_basis
        yield "published_by", self.published_by
        if self.verified_by is not None:
            yield "verified_by.method", self.verified_by.method
        if self.evidence is not None:
            yield "evidence.uri", self.evidence.uri
            yield "evidence.sha256", self.evidence.sha256

    @property
    def told_by(self) -> str | None:
        """The connection whose vendor told us; None: somebody else did."""
        return self.published_by if self.expressed_by.relation == "vendor" else None

    @property
    def protective(self) -> bool:
        return self.kind in PROTECTIVE


def check_scope_is_stated(data: dict[str, Any]) -> None:
    """Refuse JSON that leaves out `purposes` where it matters: Avro's null means all, a forgotten field doesn't.

    Raises:
        ValueError: with the text for the person who wrote the line.

    """
    if data.get("kind") in _SCOPED and "purposes" not in data:
        raise ValueError('purposes: is missing: name the purposes, or write "all"')
