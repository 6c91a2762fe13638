"""Customer.io: what is true of its API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from processors.vendors.base import Call, Options, Reply, Vendor
from processors.vendors.capability import Capability
from processors.vendors.customer_io.options import CustomerIoOptions
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.records import Action


class CustomerIoFacts(Vendor):
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
        ("S", "npm customerio-node@5.2.0: TrackClient, regions"),
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

    def rehearse(self, call: Call) -> Reply:
        del call
        return Reply(200, {}, b"{}")
