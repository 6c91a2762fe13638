"""Every adapter over real HTTP against the sandbox. What became of the person is asked of the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sandbox_support import BOB, NEIGHBOUR, relay

from infra.sandbox import Fault, Person
from processors.vendors.base import Result
from schemas.errors import VendorAuthRejected, VendorUnavailable

if TYPE_CHECKING:
    from schemas.records import Action


async def test_a_choice_reaches_every_record_in_the_crm_and_nobody_else() -> None:
    async with relay() as r:
        assert (await r.do("zoho_crm", "withdraw")).outcome == "executed"
        held = await r.held("zoho_crm")
        assert [record["opted_out"] for record in held["records"]] == [True, True]
        assert not (await r.held("zoho_crm", NEIGHBOUR))["records"][0]["opted_out"]
        assert (await r.do("zoho_crm", "grant")).outcome == "executed"
        held = await r.held("zoho_crm")
        assert [record["opted_out"] for record in held["records"]] == [False, False]
        assert held["workflows_fired"] == 0
        assert (
            await r.do("zoho_crm", "withdraw", BOB.model_copy(update={"email": "nobody@x.test"}))
        ).outcome == "no_match"


async def test_a_deletion_leaves_nothing_in_the_crm_not_even_in_the_bin() -> None:
    async with relay() as r:
        assert (await r.do("zoho_crm", "delete")).outcome == "executed"
        assert await r.held("zoho_crm") == {"known": False, "records": [], "workflows_fired": 0}
        assert (await r.held("zoho_crm", NEIGHBOUR))["known"]
        assert await r.effects("zoho_crm") == ["delete", "delete", "purge"]


async def test_many_records_of_one_person_all_go() -> None:
    crowd = Person(key="s-crowd", email="crowd@example.test", crm=("Contacts",) * 230 + ("Leads",) * 5)
    async with relay() as r:
        await r.control.seed([crowd])
        outcome = await r.do("zoho_crm", "delete", crowd)
        assert (outcome.outcome, outcome.evidence.detail) == ("executed", "records=235")
        assert not (await r.held("zoho_crm", crowd))["known"]


@pytest.mark.parametrize("verb", ["delete", "purge"])
async def test_a_connection_cut_after_the_deed_is_made_good_by_the_redo(verb: str) -> None:
    async with relay() as r:
        await r.control.set_fault(Fault(kind="reset", vendor="zoho_crm", verb=verb, times=2))
        first = await r.do("zoho_crm", "delete")
        assert (type(first), first.reason) == (VendorUnavailable, "connection_reset")
        for _ in range(2):
            outcome = await r.do("zoho_crm", "delete")
        assert outcome.outcome == "executed"
        assert not (await r.held("zoho_crm"))["known"]
        again = await r.do("zoho_crm", "delete")
        assert again.outcome == "executed", "asked again, it is still gone and not unknown"


async def test_a_redo_without_notes_would_leave_the_person_in_the_bin() -> None:
    async with relay() as r:
        await r.control.set_fault(Fault(kind="reset", vendor="zoho_crm", verb="delete", times=2))
        await r.do("zoho_crm", "delete")
        r.forget()
        assert (await r.do("zoho_crm", "delete")).outcome == "no_match"
        assert (await r.held("zoho_crm"))["known"]


async def test_a_search_that_lags_hides_nobody() -> None:
    async with relay(crm={"search_lag_s": 20}, crm_search_lag_s=15) as r:
        r.clock.ahead += 60
        assert (await r.do("zoho_crm", "withdraw")).outcome == "executed"
        early = await r.do("zoho_crm", "delete")
        assert (early.reason, early.retry_after) == ("not_found_yet", 20)
        r.clock.ahead += early.retry_after
        assert (await r.do("zoho_crm", "delete")).outcome == "executed"
        assert not (await r.held("zoho_crm"))["known"]


async def test_campaigns_keeps_purposes_apart_until_the_person_withdraws_altogether() -> None:
    async with relay() as r:
        assert (await r.do("zoho_campaigns", "withdraw")).outcome == "executed"
        assert (await r.held("zoho_campaigns"))["lists"] == {"marketing-campaigns": "active", "surveys": "unsub"}
        granted = await r.do("zoho_campaigns", "grant", purposes=("marketing-campaigns", "surveys"))
        assert (granted.outcome, granted.evidence.detail) == ("accepted", "pending_opt_in")
        assert (await r.held("zoho_campaigns"))["lists"] == {"marketing-campaigns": "active", "surveys": "active"}
        assert (await r.do("zoho_campaigns", "withdraw", all_purposes=True)).outcome == "executed"
        assert (await r.held("zoho_campaigns"))["do_not_mail"]
        refused = await r.do("zoho_campaigns", "grant")
        assert (refused.outcome, refused.reason) == ("manual_task", "do_not_mail_in_force")
        assert (await r.held("zoho_campaigns"))["do_not_mail"]


async def test_campaigns_deletes_nobody_by_itself_but_stops_the_mail() -> None:
    async with relay() as r:
        outcome = await r.do("zoho_campaigns", "delete")
        assert (outcome.outcome, outcome.reason) == ("manual_task", "no_delete_call")
        assert (await r.held("zoho_campaigns"))["do_not_mail"]


async def test_a_grant_makes_a_contact_and_waits_for_the_person() -> None:
    async with relay() as r:
        granted = await r.do("zoho_campaigns", "grant", BOB, purposes=("marketing-campaigns",))
        assert granted.outcome == "accepted"
        assert (await r.held("zoho_campaigns", BOB))["lists"]["marketing-campaigns"] == "pending"


async def test_an_api_that_is_locked_is_left_alone_for_half_an_hour() -> None:
    async with relay(limits_scale=0.004) as r:
        outcomes = [await r.do("zoho_campaigns", "withdraw") for _ in range(3)]
        assert [getattr(o, "outcome", None) for o in outcomes[:2]] == ["executed", "executed"]
        assert (outcomes[2].reason, outcomes[2].retry_after) == ("locked_out", 1800)
        assert (await r.do("zoho_campaigns", "grant")).outcome == "accepted", "the other API is not locked"


async def test_analytics_takes_the_request_in() -> None:
    async with relay() as r:
        outcome = await r.do("google_analytics", "delete")
        assert (outcome.outcome, outcome.evidence.detail) == ("accepted", "unconfirmed")
        assert (await r.held("google_analytics"))["deletion_requested"] == outcome.evidence.job_id
        assert not (await r.held("google_analytics", BOB))["deletion_requested"]
        assert await r.do("google_analytics", "withdraw") == Result("client_signal", "consent_mode")


async def test_analytics_is_asked_by_address_where_it_collects_them() -> None:
    async with relay(options={"google_analytics": {"user_provided_data": True}}) as r:
        outcome = await r.do("google_analytics", "delete")
        assert (outcome.outcome, outcome.evidence.detail) == ("accepted", "unconfirmed")
        held = await r.held("google_analytics")
        assert held["deletion_requested"] == held["by_address"] == outcome.evidence.job_id
    async with relay() as r:
        await r.do("google_analytics", "delete")
        assert (await r.held("google_analytics"))["by_address"] is None


async def test_googles_403_for_a_limit_is_transient() -> None:
    async with relay() as r:
        outcomes = [await r.do("google_analytics", "delete") for _ in range(4)]
        assert (outcomes[3].reason, outcomes[3].status) == ("limit_reached", 403)
        assert outcomes[3].retriable


@pytest.mark.parametrize(
    ("status", "kind"), [(429, VendorUnavailable), (503, VendorUnavailable), (401, VendorAuthRejected)]
)
@pytest.mark.parametrize("vendor", ["zoho_crm", "zoho_campaigns", "google_analytics"])
async def test_a_vendor_out_of_order_is_told_as_such_and_nothing_is_done(
    vendor: str, status: int, kind: type[Exception]
) -> None:
    async with relay() as r:
        wait = 7 if status == 429 else None
        await r.control.set_fault(Fault(kind="status", vendor=vendor, status=status, retry_after_s=wait))
        outcome = await r.do(vendor, "delete")
        assert isinstance(outcome, kind)
        assert await r.effects(vendor) == []
        if wait:
            assert getattr(outcome, "retry_after", None) == wait


@pytest.mark.parametrize(
    ("vendor", "action", "verb", "outcome", "done"),
    [
        ("zoho_crm", "withdraw", "search", "executed", {"withdraw"}),
        ("zoho_crm", "withdraw", "update", "executed", {"withdraw"}),
        ("zoho_crm", "delete", "search", "executed", {"delete", "purge"}),
        ("zoho_crm", "delete", "delete", "executed", {"delete", "purge"}),
        ("zoho_crm", "delete", "purge", "executed", {"delete", "purge"}),
        ("zoho_campaigns", "grant", "listsubscribe", "accepted", {"grant"}),
        ("zoho_campaigns", "withdraw", "listunsubscribe", "executed", {"withdraw"}),
        ("zoho_campaigns", "delete", "contactdonotmail", "manual_task", {"withdraw"}),
        ("google_analytics", "delete", "user_deletion", "accepted", {"delete"}),
    ],
)
async def test_a_200_that_says_no_is_no_success_and_the_redo_does_what_is_due(
    vendor: str, action: Action, verb: str, outcome: str, done: set[str]
) -> None:
    async with relay() as r:
        await r.control.set_fault(Fault(kind="lie", vendor=vendor, verb=verb))
        assert type(await r.do(vendor, action)) is VendorUnavailable
        assert set(await r.effects(vendor)) < done
        await r.control.clear_faults()
        assert (await r.do(vendor, action)).outcome == outcome
        assert set(await r.effects(vendor)) == done
