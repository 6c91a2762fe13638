"""Stripe: what is true of its API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from processors.vendors.base import Call, Reply, Vendor
from processors.vendors.capability import Capability
from processors.vendors.later import DAY_S, Schedule
from processors.vendors.stripe.customers import SEARCH, asked_for
from processors.vendors.stripe.options import StripeOptions
from processors.vendors.stripe.redaction import JOBS
from schemas.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.records import Action

_NO_CONSENT = "no call: Stripe writes to nobody by consent, it holds what a contract or the law asks for"
_OPENAPI = "stripe/openapi@f6c2a48 openapi/fixtures3.private_preview.json"


class StripeFacts(Vendor):
    title = "Stripe"
    docs = "https://docs.stripe.com/privacy/redaction"
    base_url = "https://api.stripe.com"
    channels = ()
    per_purpose = False
    can: ClassVar[Mapping[Action, Capability]] = {
        "grant": Capability(kind="not_applicable", says=_NO_CONSENT),
        "withdraw": Capability(kind="not_applicable", says=_NO_CONSENT),
        "delete": Capability(
            idempotent=False,
            read_back_s=3600.0,
            polls=Schedule(first_s=60.0, ceiling_s=6 * 3600.0, limit_s=8 * DAY_S),
            says="a redaction job for every customer with the address: Stripe validates it, it is run, and polled "
            "until all is redacted, invoices and charges too; by option the customer is deleted, and these are "
            "`retained`. A customer with a live subscription or an open invoice is a task, and nothing is done",
        ),
    }
    identifies_by = ("email",)
    auth = "bearer"
    headers: ClassVar[Mapping[str, str]] = {"Stripe-Version": "2026-06-24.preview"}
    limits = (Window(calls=25, seconds=1),)
    documented: ClassVar[Mapping[int, str]] = {404: "with resource_missing: no such customer (any more)"}
    traps = (
        "deleting a customer cancels their subscriptions at once: it is never called while one is live",
        "redaction can't be undone, and takes invoices and charges: where the law wants these, choose `delete`",
        "validation_behavior fix would cancel what stands in the way: a job is always made with error",
        "the list of customers minds capitals, the search doesn't and lags by a minute: both are asked",
        "what guests paid without a customer isn't found by an address",
        "Stripe itself keeps what it needs as a payment institution, under its own policy",
    )
    evidence = (
        ("S", _OPENAPI),
        ("S", "PyPI stripe@16.1.0b1 stripe/privacy, stripe/params/privacy: paths, parameters, statuses, codes"),
        ("D", "https://docs.stripe.com/api/privacy/redaction-job"),
        ("D", "https://docs.stripe.com/privacy/redaction/example: 10 objects a job; what belongs to a customer"),
        ("D", "https://docs.stripe.com/privacy/redaction-integration: up to 7 days"),
        ("D", "https://docs.stripe.com/api/customers/delete, .../list, .../search"),
        ("D", "https://docs.stripe.com/rate-limits"),
    )
    unverified = (
        "that the search finds an address whatever its capitals",
        "that a redacted customer isn't found by the address any more",
        "that a repeated creation with the same Idempotency-Key gives the same job for 24 hours",
        "whether the documented 7 days of the older interface hold for jobs",
    )
    checked = f"calls by reading PyPI stripe@16.1.0b1, answers of the sandbox by reading {_OPENAPI}"
    options_type = StripeOptions
    example: ClassVar[Mapping[str, Any]] = {}
    options: StripeOptions

    def probe(self) -> Call:
        path = JOBS if self.options.erase == "redact" else "/v1/balance"
        return Call("GET", path, params={"limit": "1"} if path == JOBS else {})

    def rehearse(self, call: Call) -> Reply:
        body: dict[str, Any] = {"object": "list", "data": [], "has_more": False}
        if call.method == "DELETE" or call.path.startswith("/v1/customers/cus_"):
            body = {"id": "cus_EXAMPLE", "object": "customer", "deleted": True}
        elif call.path.startswith(JOBS):
            body = {"id": "prj_EXAMPLE", "object": "privacy.redaction_job", "status": "validating"}
        elif call.path in {"/v1/customers", SEARCH}:
            body["data"] = [{"id": "cus_EXAMPLE", "object": "customer", "email": asked_for(call)}]
        return Reply(200, {}, json.dumps(body).encode())
