from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import ValidationError
from vendor_support import EMAIL, instruction, play, reply, vendor

from processors.vendors.base import Answer, Call, Note
from processors.vendors.later import Undone
from schemas.errors import VendorRefused, VendorUnavailable

JOBS = "/v1/privacy/redaction_jobs"
STRIPE = vendor("stripe")
DELETING = vendor("stripe", erase="delete", keep_years=10)
PAID = 1_711_843_200  # 2024-03-31


@dataclass
class Account:
    """Plays Stripe. rows: path → what its list answers with; status: of every job, in this order."""

    customers: list[dict[str, Any]] = field(default_factory=lambda: [{"id": "cus_1", "email": EMAIL}])
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    statuses: list[str] = field(default_factory=lambda: ["validating"])
    gone: tuple[str, ...] = ()
    fails: bool = False
    code: str = "invalid_state"

    def __call__(self, call: Call) -> Answer:
        customer = call.path.split("/")[-1]
        if customer.startswith("cus_") and call.method == "GET":
            return reply({"id": customer, "email": "moved@x.test", "deleted": customer in self.gone})
        if call.method == "DELETE":
            missing = {"error": {"code": "resource_missing"}}
            return reply(missing, 404) if customer in self.gone else reply({"id": customer, "deleted": True})
        if call.path.endswith("/validation_errors"):
            return reply({"data": [{"code": self.code}]})
        if call.path.startswith(JOBS) and call.method == "POST" and self.fails:
            return VendorUnavailable("http_500", status=500)
        if call.path.startswith(JOBS):
            status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
            return reply({"id": "prj_1", "status": status})
        data = self.customers if call.path.startswith("/v1/customers") else self.rows.get(call.path, [])
        return reply({"data": data, "has_more": False})


def made(calls: list[Call]) -> list[tuple[str, str]]:
    return [(call.method, call.path) for call in calls if call.method != "GET"]


def polled(account: Account, refs: tuple[str, ...] = ("cus_1", "job:prj_1")) -> Any:
    played = play(STRIPE.poll([instruction("delete", refs=refs)]), account)
    return played, played.result["d1"]


def test_a_job_is_made_for_every_customer_with_the_address_and_noted() -> None:
    twice = [{"id": "cus_1", "email": EMAIL}, {"id": "cus_2", "email": EMAIL.upper()}]
    stranger = {"id": "cus_3", "email": f"x{EMAIL}"}
    played = play(STRIPE.script(instruction("delete")), Account([*twice, stranger]))
    (create,) = [call for call in played.calls if call.method == "POST"]
    assert create.form == {"objects[customers][]": ["cus_1", "cus_2"], "validation_behavior": "error"}
    assert [step for step in played.steps if isinstance(step, Note) or step is create] == [
        Note("d1", ("due:cus_1", "due:cus_2")),
        create,
        Note("d1", ("cus_1", "cus_2", "job:prj_1")),
    ]
    assert (played.result.outcome, played.result.later.job_id) == ("accepted", "prj_1")


def test_the_same_customers_are_the_same_job_and_other_ones_are_not() -> None:
    keys = []
    for customers in (["cus_1"], ["cus_1"], ["cus_1", "cus_2"]):
        played = play(STRIPE.script(instruction("delete")), Account([{"id": c, "email": EMAIL} for c in customers]))
        keys += [call.headers["Idempotency-Key"] for call in played.calls if call.method == "POST"]
    assert keys[0] == keys[1] != keys[2]
    assert EMAIL not in "".join(keys)


def test_a_job_has_ten_customers_at_the_most() -> None:
    many = [{"id": f"cus_{n}", "email": EMAIL} for n in range(23)]
    played = play(STRIPE.script(instruction("delete")), Account(many))
    sizes = [len(call.form["objects[customers][]"]) for call in played.calls if call.form]
    assert sizes == [10, 10, 3]


@pytest.mark.parametrize(
    ("path", "row", "reason"),
    [
        ("/v1/subscriptions", {"status": "active"}, "live_subscription"),
        ("/v1/subscriptions", {"status": "past_due"}, "live_subscription"),
        ("/v1/invoices", {"status": "open"}, "open_invoice"),
    ],
)
@pytest.mark.parametrize("adapter", [STRIPE, DELETING])
def test_who_still_pays_is_not_erased_but_a_task(adapter: Any, path: str, row: dict[str, Any], reason: str) -> None:
    played = play(adapter.script(instruction("delete")), Account(rows={path: [row]}))
    assert (played.result.outcome, played.result.reason, made(played.calls)) == ("manual_task", reason, [])


def test_a_subscription_that_is_over_is_not_in_the_way() -> None:
    over = Account(rows={"/v1/subscriptions": [{"status": "incomplete_expired"}]})
    assert play(STRIPE.script(instruction("delete")), over).result.outcome == "accepted"


def test_a_job_that_is_ready_is_run_and_asked_about_until_all_is_redacted() -> None:
    account = Account(statuses=["validating", "ready", "redacting", "succeeded"])
    assert polled(account)[1].outcome == "accepted"
    played, said = polled(account)
    assert (made(played.calls), said.outcome) == ([("POST", f"{JOBS}/prj_1/run")], "accepted")
    assert said.later.refs == ("cus_1", "job:prj_1")
    _, said = polled(account)
    assert (said.outcome, said.evidence.detail) == ("executed", "customers=1, jobs=1")


def test_a_job_that_failed_is_told_with_stripes_code_and_run_by_nobody() -> None:
    played, said = polled(Account(statuses=["failed"]))
    assert isinstance(said, Undone)
    assert (type(said.error), said.error.reason, made(played.calls)) == (VendorRefused, "redaction_invalid_state", [])
    assert polled(Account(statuses=["canceled"]))[1].error.reason == "redaction_canceled"


def test_a_customer_in_another_job_waits_for_its_end_and_one_that_is_validated_for_stripe() -> None:
    locked = polled(Account(statuses=["failed"], code="locked_by_other_job"))[1]
    assert (type(locked.error), locked.error.reason) == (VendorUnavailable, "redaction_locked_by_other_job")
    played, said = polled(Account(statuses=["validated"]))
    assert (said.outcome, made(played.calls)) == ("accepted", [])


def test_a_redo_goes_on_with_its_job_and_has_one_that_failed_validated_again() -> None:
    begun = instruction("delete", refs=("cus_1", "job:prj_1"))
    played = play(STRIPE.script(begun), Account(statuses=["failed", "validating"]))
    assert made(played.calls) == [("POST", f"{JOBS}/prj_1/validate")]
    assert played.result.outcome == "accepted"
    done = play(STRIPE.script(begun), Account(customers=[], statuses=["succeeded"]))
    assert (made(done.calls), done.result.outcome) == ([], "executed")


def test_a_redo_makes_another_job_for_who_came_meanwhile_or_whose_job_was_canceled() -> None:
    begun = instruction("delete", refs=("cus_1", "job:prj_0"))
    came = Account([{"id": "cus_1", "email": EMAIL}, {"id": "cus_2", "email": EMAIL}])
    played = play(STRIPE.script(begun), came)
    assert [call.form["objects[customers][]"] for call in played.calls if call.form] == [["cus_2"]]
    assert played.result.later.refs == ("cus_1", "cus_2", "job:prj_0", "job:prj_1")
    again = play(STRIPE.script(begun), Account(statuses=["canceled", "validating"]))
    assert again.result.later.refs == ("cus_1", "job:prj_1")


def test_a_deletion_leaves_invoices_and_says_until_when() -> None:
    account = Account(rows={"/v1/charges": [{"created": PAID}], "/v1/invoices": []})
    played = play(DELETING.script(instruction("delete")), account)
    assert played.notes == [Note("d1", ("cus_1", f"kept:{PAID}"))]
    assert made(played.calls) == [("DELETE", "/v1/customers/cus_1")]
    assert (played.result.outcome, played.result.reason) == ("retained", "invoices_or_charges")
    assert played.result.review_at == 2_051_222_400_000_000, "2035-01-01"
    again = play(DELETING.script(instruction("delete", refs=played.notes[0].refs)), Account([], gone=("cus_1",)))
    assert (made(again.calls), again.result.outcome) == ([], "retained")
    assert again.result.review_at == played.result.review_at


def test_who_was_only_noted_is_in_no_job_yet_and_gets_one_though_no_look_up_finds_them() -> None:
    begun = instruction("delete", refs=("cus_1", "job:prj_0"))
    both = [{"id": "cus_1", "email": EMAIL}, {"id": "cus_2", "email": EMAIL}]
    failed = play(STRIPE.script(begun), Account(both, fails=True, statuses=["succeeded"]))
    assert failed.notes == [Note("d1", ("cus_1", "due:cus_2", "job:prj_0"))]
    again = instruction("delete", refs=failed.notes[-1].refs)
    for customers in (both, []):
        played = play(STRIPE.script(again), Account(customers, statuses=["succeeded", "validating"]))
        assert [call.form["objects[customers][]"] for call in played.calls if call.form] == [["cus_2"]]
        assert played.result.later.refs == ("cus_1", "cus_2", "job:prj_0", "job:prj_1")


def test_a_noted_customer_is_deleted_whose_address_has_changed_and_not_while_they_pay() -> None:
    again = instruction("delete", refs=("cus_1", f"kept:{PAID}"))
    assert made(play(DELETING.script(again), Account([])).calls) == [("DELETE", "/v1/customers/cus_1")]
    paying = play(DELETING.script(again), Account([], rows={"/v1/subscriptions": [{"status": "active"}]}))
    assert (made(paying.calls), paying.result.reason) == ([], "live_subscription")


def test_who_has_come_back_when_what_was_kept_is_reviewed_is_a_customer_anew() -> None:
    again = instruction("delete", refs=("cus_1", f"kept:{PAID}"))
    played = play(DELETING.script(again), Account([{"id": "cus_9", "email": EMAIL}]))
    assert made(played.calls) == [("DELETE", "/v1/customers/cus_1")]


def test_a_customer_without_documents_is_deleted_for_good_and_one_that_went_is_gone() -> None:
    assert play(DELETING.script(instruction("delete")), Account()).result.outcome == "executed"
    assert play(DELETING.script(instruction("delete")), Account(gone=("cus_1",))).result.outcome == "executed"


def test_without_the_search_only_the_list_is_asked_in_both_spellings() -> None:
    asked = instruction("delete", emails=("Ann@Example.test",))
    played = play(vendor("stripe", search=False).script(asked), Account([]))
    assert [call.params["email"] for call in played.calls] == ["Ann@Example.test", "ann@example.test"]
    assert played.result.outcome == "no_match"
    quoted = play(STRIPE.script(instruction("delete", emails=('a"b\\c@x.test',))), Account([]))
    assert quoted.calls[-1].params["query"] == r'email:"a\"b\\c@x.test"'


def test_pages_are_followed_and_not_for_ever() -> None:
    pages = iter([True, False])

    def two(call: Call) -> Answer:
        if call.path == "/v1/customers":
            more = next(pages)
            return reply({"data": [{"id": f"cus_{more}", "email": EMAIL}], "has_more": more})
        return Account()(call)

    played = play(vendor("stripe", search=False).script(instruction("delete")), two)
    assert [call.params.get("starting_after") for call in played.calls[:2]] == [None, "cus_True"]
    again = {"data": [{"id": "c", "email": EMAIL}], "has_more": True, "next_page": "p"}
    endless = play(STRIPE.script(instruction("delete")), lambda _: reply(again))
    assert endless.result.reason == "too_many_customers"


@pytest.mark.parametrize("options", [{"erase": "delete"}, {"erase": "redact", "keep_years": 7}])
def test_what_is_kept_and_for_how_long_must_fit_together(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        vendor("stripe", **options)
