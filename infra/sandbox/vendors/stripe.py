"""Stripe, https://api.stripe.com, version 2026-06-24.preview: customers and what they pay, redaction jobs.

- Shapes of customer, list, redaction job and its validation error: [S] stripe/openapi f6c2a48,
  openapi/fixtures3.private_preview.json. Envelope and codes of errors: [D] docs.stripe.com/error-codes.
- States of a job, what validate, run and cancel need, at most 10 objects: [D] docs.stripe.com/api/privacy.
- The list minds capitals [D]; the search doesn't [U]. Deleting cancels subscriptions at once [D].
- A repeated key gives the first answer again [D]; another request under it 400 `idempotency_error` [D].
- A redacted customer keeps its id, with `[redacted]` for its address [D]. How long a job takes: `takes_s`.

A person is as many customers as records in the CRM; with invoices in the books, each has a paid one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from infra.sandbox.limits import Limit
from infra.sandbox.people import fold
from infra.sandbox.stripe_records import PAID_AT, Customer, Job, invalid
from infra.sandbox.vendor import Answer, Call, Operation, Vendor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from infra.sandbox.people import Person
    from infra.sandbox.world import World

_LIMITS = (Limit(calls=25, window_s=1),)
_MOST = 10
_ERRORS = {
    401: ("invalid_request_error", None, "Invalid API Key provided"),
    403: ("invalid_request_error", None, "The provided key does not have the required permissions"),
    404: ("invalid_request_error", "resource_missing", "No such object"),
    429: ("invalid_request_error", "rate_limit", "Too many requests"),
}


class Stripe(Vendor):
    name: ClassVar[str] = "stripe"
    auth: ClassVar[str] = "bearer"
    forms: ClassVar[Mapping[str, str]] = {"token": "sk_test_{}"}
    required: ClassVar[Mapping[str, str]] = {"Stripe-Version": "2026-06-24.preview"}

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.takes_s = 0.0
        self._customers: dict[str, Customer] = {}
        self._jobs: dict[str, Job] = {}
        self._keys: dict[str, tuple[str, Answer]] = {}

    def operations(self) -> Iterable[Operation]:
        jobs = "/v1/privacy/redaction_jobs"
        for verb, method, path, handle in (
            ("balance", "GET", "/v1/balance", lambda _: Answer(200, {"object": "balance", "available": []})),
            ("list", "GET", "/v1/customers", self._list),
            ("search", "GET", "/v1/customers/search", self._search),
            ("retrieve", "GET", "/v1/customers/{id}", self._retrieve),
            ("delete", "DELETE", "/v1/customers/{id}", self._delete),
            ("subscriptions", "GET", "/v1/subscriptions", self._subscriptions),
            ("invoices", "GET", "/v1/invoices", self._invoices),
            ("charges", "GET", "/v1/charges", self._charges),
            ("jobs", "GET", jobs, lambda _: _listed([])),
            ("create", "POST", jobs, self._create),
            ("job", "GET", f"{jobs}/{{id}}", self._job),
            ("errors", "GET", f"{jobs}/{{id}}/validation_errors", self._validation_errors),
            ("validate", "POST", f"{jobs}/{{id}}/validate", self._validate),
            ("run", "POST", f"{jobs}/{{id}}/run", self._run),
            ("cancel", "POST", f"{jobs}/{{id}}/cancel", self._cancel),
        ):
            yield Operation(verb, method, path, handle, limits=_LIMITS)

    def error(self, status: int) -> Answer:
        kind, code, message = _ERRORS.get(status, ("api_error", None, "An error occurred"))
        return Answer(status, {"error": {"type": kind, "code": code, "message": message}})

    def identities(self, call: Call) -> Sequence[str]:
        customer = self._customers.get(call.path.get("id", "") or call.params.get("customer", ""))
        return (customer.email,) if customer else tuple(filter(None, [call.params.get("email"), _queried(call)]))

    def seed(self, person: Person) -> None:
        for _ in person.crm:
            key = f"cus_{len(self._customers) + 1:014d}"
            self._customers[key] = Customer(key, person.email, paid="invoiced" in person.books)

    def state(self, person: Person) -> dict[str, Any]:
        mine = self._of(person.email)
        return {
            "known": bool(mine),
            "customers": len(mine),
            "jobs": sorted(job.status for job in self._jobs.values()),
        }

    def happen(self, event: str, person: Person, args: Mapping[str, str]) -> None:
        """`subscribe`, `bill`, `begin_payment`: the person's customers now have one; `settle`: none any more."""
        changes = {"subscribe": "subscribed", "bill": "owes", "begin_payment": "unfinished"}
        if event not in {*changes, "settle"}:
            super().happen(event, person, args)
        for customer in self._of(person.email):
            for name in changes.values() if event == "settle" else (changes[event],):
                setattr(customer, name, event != "settle")

    def clear(self) -> None:
        for kept in (self._customers, self._jobs, self._keys):
            kept.clear()

    def _of(self, email: str) -> list[Customer]:
        return [one for one in self._customers.values() if fold(one.email) == fold(email)]

    def _list(self, call: Call) -> Answer:
        wanted = call.params.get("email")
        return _listed([one.shown() for one in self._customers.values() if wanted in {None, one.email}])

    def _search(self, call: Call) -> Answer:
        found = [one.shown() for one in self._of(_queried(call) or "")]
        return Answer(200, {"object": "search_result", "data": found, "has_more": False, "next_page": None})

    def _retrieve(self, call: Call) -> Answer:
        customer = self._customers.get(call.path["id"])
        return Answer(200, customer.shown()) if customer else self.error(404)

    def _delete(self, call: Call) -> Answer:
        customer = self._customers.pop(call.path["id"], None)
        if customer is None:
            return self.error(404)
        self.record(call, "delete", (customer.email,), given=(customer.id,), changed=True, cut=customer.subscribed)
        return Answer(200, {"id": customer.id, "object": "customer", "deleted": True})

    def _subscriptions(self, call: Call) -> Answer:
        customer = self._customers.get(call.params.get("customer", ""))
        live = {"id": "sub_1", "object": "subscription", "status": "active"}
        return _listed([live] if customer and customer.subscribed else [])

    def _invoices(self, call: Call) -> Answer:
        customer = self._customers.get(call.params.get("customer", ""))
        statuses = [("open", customer.owes), ("paid", customer.paid)] if customer else []
        wanted = call.params.get("status")
        kept = [status for status, there in statuses if there and wanted in {None, status}]
        return _listed([{"id": f"in_{one}", "object": "invoice", "status": one, "created": PAID_AT} for one in kept])

    def _charges(self, call: Call) -> Answer:
        customer = self._customers.get(call.params.get("customer", ""))
        charge = {"id": "ch_1", "object": "charge", "created": PAID_AT}
        return _listed([charge] if customer and customer.paid else [])

    def _create(self, call: Call) -> Answer:
        key = call.headers.get("idempotency-key", "")
        if key in self._keys:
            digest, answer = self._keys[key]
            return answer if digest == call.digest else _refused("idempotency_error", "Keys can't be used again")
        customers = [value for name, value in call.fields if name == "objects[customers][]"]
        if not 0 < len(customers) <= _MOST or call.params.get("validation_behavior", "error") != "error":
            return _refused("parameter_invalid", "objects")
        if any(one not in self._customers for one in customers):
            return self.error(404)
        job = Job(f"prj_{len(self._jobs) + 1:06d}", customers, due_at=self.world.clock() + self.takes_s)
        self._jobs[job.id] = job
        answer = Answer(200, job.shown())
        if key:
            self._keys[key] = (call.digest, answer)
        return answer

    def _job(self, call: Call) -> Answer:
        job = self._jobs.get(call.path["id"])
        if job is None:
            return self.error(404)
        self._go_on(job)
        return Answer(200, job.shown())

    def _go_on(self, job: Job) -> None:
        if self.world.clock() < job.due_at:
            return
        if job.status == "validating":
            waiting = [one for one in job.customers if self._customers[one].unfinished]
            job.errors = [invalid(one) for one in waiting]
            job.status = "failed" if waiting else "ready"
        elif job.status == "redacting":
            job.status = "succeeded"

    def _validation_errors(self, call: Call) -> Answer:
        job = self._jobs.get(call.path["id"])
        return _listed(job.errors) if job else self.error(404)

    def _validate(self, call: Call) -> Answer:
        return self._move(call, {"failed"}, "validating")

    def _cancel(self, call: Call) -> Answer:
        return self._move(call, {"ready", "failed"}, "canceled")

    def _run(self, call: Call) -> Answer:
        answer = self._move(call, {"ready"}, "redacting")
        if answer.status == 200:  # noqa: PLR2004 - HTTP's OK
            mine = [self._customers[one] for one in self._jobs[call.path["id"]].customers]
            self.record(call, "erase", [one.email for one in mine], given=[one.id for one in mine], changed=True)
            for one in mine:
                one.email, one.paid = "[redacted]", False
        return answer

    def _move(self, call: Call, before: set[str], after: str) -> Answer:
        job = self._jobs.get(call.path["id"])
        if job is None:
            return self.error(404)
        self._go_on(job)
        if job.status not in before:
            return _refused("parameter_invalid", "The job is in another status")
        job.status, job.due_at = after, self.world.clock() + self.takes_s
        return Answer(200, job.shown())


def _listed(data: list[dict[str, Any]]) -> Answer:
    return Answer(200, {"object": "list", "data": data, "has_more": False})


def _refused(code: str, message: str) -> Answer:
    return Answer(400, {"error": {"type": "invalid_request_error", "code": code, "message": message}})


def _queried(call: Call) -> str | None:
    found = re.search(r'email:"(.*)"', call.params.get("query", ""))
    return found[1].replace('\\"', '"').replace("\\\\", "\\") if found else None
