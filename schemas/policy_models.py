"""The rows of a policy file. Each carries the lines of the policy's text that it rests on."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*([_-][a-z0-9]+)*$", max_length=64)]
RecipientId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*(/[a-z][a-z0-9-]*)?$", max_length=128)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Lines = Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=1)]
Text = Annotated[str, StringConstraints(min_length=1)]


class Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Cited(Table):
    """lines: of the policy's text. mark: `stated` by the policy, or `derived` by us and open to review."""

    lines: Lines
    mark: Literal["stated", "derived"]
    note: str | None = None


class Domain(Cited):
    """A kind of data, and the role in which the company handles it."""

    id: Literal["pii", "service_data"]
    role: Literal["controller", "processor"]
    wording: Text


class Basis(Cited):
    """A legal basis that the policy names. `withdrawable`: a withdrawal or opt-out ends what rests on it."""

    id: Id
    withdrawable: bool
    wording: Text


class Purpose(Cited):
    """What data is used for. `bases` are candidates; the event may say which one was used.

    follows: the purpose whose choices carry this one with them; it can still be chosen alone.
    survives: goes on in spite of a withdrawal, whatever its basis.
    """

    id: Id
    domain: Literal["pii", "service_data"] = "pii"
    wording: Text
    bases: Annotated[tuple[Id, ...], Field(min_length=1)]
    follows: Id | None = None
    survives: bool = False


class Deletion(Cited):
    """What a person's deletion means at a recipient; `basis` says on what ground it is not applicable."""

    meaning: Literal["erase", "not_applicable"]
    basis: Id | None = None


class Recipient(Cited):
    """Who gets data: `vendor`, or `vendor/module` where parts of one vendor act apart."""

    id: RecipientId
    title: Text
    deletion: Deletion | None = None


class Flow(Cited):
    """The purpose that this row stands under reaches recipient `to`."""

    to: RecipientId


class Exemption(Cited):
    """Somebody the policy names who is told nothing by the relay, and why."""

    id: Id
    reason: Text


class Cites(Table):
    """Where the policy's text says what stands in the head of the file."""

    version: Lines
    title: Lines
    controller: Lines
    contact: Lines
