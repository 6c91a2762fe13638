"""Customer.io, Track API v1: the attribute `unsubscribed`, and suppression of a person.

Reference: https://docs.customer.io/integrations/api/track/
OpenAPI 3.1, version 1.0.0, a copy: github.com/api-evangelist/customer-io b501ffb, openapi/_original/
customer-io-track-api-openapi.json. Limit: https://apis.io/rate-limits/customerio/customerio-rate-limits/

Every call answers an empty object, whether anybody has the identifier or not, and this API reads nobody: so all ends
as `accepted`, and who is unknown can't be told. An update must not create anybody (`_update`). DELETE would let the
data come back with the next event, so an erasure suppresses: the identifier is ignored from then on, by grants too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from processors.vendors.base import Call, Options, Reply, Result, Script, Vendor, all_good
from processors.vendors.capability import Capability
from processors.vendors.words import path_part
from schemas.errors import VendorRefused, VendorUnavailable
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.vendors.base import Instruction
    from schemas.records import Action

_NOT_ITS_OWN = re.compile(r"cio_.*", re.IGNORECASE | re.DOTALL)
"""`cio_` and an id is Customer.io's own name of somebody, whoever that is."""


class CustomerIoOptions(Options):
    """`host`: the data centre's. identifiers: by which the workspace knows people; its `id` is our user_id."""

    host: Literal["track.customer.io", "track-eu.customer.io"] = "track.customer.io"
    identifiers: tuple[Literal["email", "user_id"], ...] = Field(min_length=1)


class CustomerIo(Vendor):
    name = "customer_io"
    title = "Customer.io"
    docs = "https://docs.customer.io/integrations/api/track/"
    base_url = "https://{host}"
    channels = ("email", "push", "sms")
    per_purpose = False
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": Capability(
            closing="accepted",
            says="lifts unsubscribed, which is for all channels: a grant of some is a task; ignored after an erasure",
        ),
        "withdraw": Capability(
            closing="accepted", says="sets unsubscribed, which is for all purposes and channels; creates nobody"
        ),
        "delete": Capability(
            closing="accepted", says="suppresses: the person is deleted, and ignored from then on; can't be undone"
        ),
    }
    identifies_by = ("email", "user_id")
    auth = "basic"  # site id and API key of the Track API
    limits = (Window(calls=100, seconds=1),)  # "fair use", of the workspace
    traps = (
        "no answer tells whether anybody has the identifier: what is asked about an unknown person is accepted, too",
        "a grant after an erasure is ignored without a word: to unsuppress is a person's decision, never sent",
        "a withdrawal from one channel or purpose is one from all: there is one switch",
        "a deletion without suppression would let the data come back with the next event",
    )
    evidence = (
        (
            "S",
            "customer-io-track-api-openapi.json (OpenAPI 3.1, 1.0.0), copied at api-evangelist/customer-io@b501ffb",
        ),
        ("D", "https://docs.customer.io/integrations/api/track/tag/track-customers/suppress/"),
        ("D", "https://docs.customer.io/integrations/api/track/tag/track-customers/unsuppress/"),
        ("T", "https://apis.io/rate-limits/customerio/customerio-rate-limits/"),
    )
    unverified = ("how soon a suppression is carried out", "the limit of 100 calls a second")
    checked = "customer-io-track-api-openapi.json@b501ffb: paths, bodies and answers, by eye"
    options_type: ClassVar[type[Options]] = CustomerIoOptions
    example: ClassVar[Mapping[str, Any]] = {"identifiers": ["email", "user_id"]}
    options: CustomerIoOptions

    def probe(self) -> Call:
        return Call("GET", "/api/v1/accounts/region")

    def grant(self, instruction: Instruction) -> Script:
        calls = self._updates(instruction, unsubscribed=False)
        if not set(self.channels) <= {channel for _, channel in instruction.cells}:
            return Result("manual_task", "one_switch_for_all_channels")
        return (yield from _carried_out(calls))

    def withdraw(self, instruction: Instruction) -> Script:
        return (yield from _carried_out(self._updates(instruction, unsubscribed=True)))

    def delete(self, instruction: Instruction) -> Script:
        calls = tuple(Call("POST", f"{path}/suppress") for path in self._paths(instruction))
        return (yield from _carried_out(calls))

    def rehearse(self, call: Call) -> Reply:
        del call
        return Reply(200, {}, b"{}")

    def _updates(self, instruction: Instruction, *, unsubscribed: bool) -> tuple[Call, ...]:
        body = {"unsubscribed": unsubscribed, "_update": True}
        return tuple(Call("PUT", path, json=body) for path in self._paths(instruction))

    def _paths(self, instruction: Instruction) -> list[str]:
        """The person's, by every identifier. Raises VendorRefused for one that would name somebody else."""
        identifiers = instruction.need(*self.options.identifiers)
        if any(_NOT_ITS_OWN.fullmatch(one.strip()) for one in identifiers):
            raise VendorRefused("identity_not_encodable")
        return [f"/api/v1/customers/{path_part(one)}" for one in identifiers]


def _carried_out(calls: tuple[Call, ...]) -> Script:
    replies = all_good((yield calls))
    for reply in replies:
        if reply.json() != {}:
            raise VendorUnavailable("answer_not_empty", status=reply.status, response_sha256=reply.sha256)
    return Result("accepted", evidence=replies[-1].evidence(detail="unconfirmed"))
