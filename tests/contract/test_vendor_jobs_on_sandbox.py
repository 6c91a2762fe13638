"""Zoho CRM's mass deletions and read-backs over real HTTP: what became of the person is asked of the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from engine_support import Lane
from sandbox_support import ANN, BOB, relay
from vendor_support import instruction

from infra.sandbox import Fault
from processors.vendors.base import Result
from processors.vendors.later import Undone
from schemas.errors import VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from sandbox_support import Relay

    from infra.sandbox import Person
    from schemas.records import Action

JOB = {"mass_delete_above": 1}


def about(person: Person, action: Action = "delete", refs: tuple[str, ...] = ()) -> Any:
    return instruction(action, delivery_id=person.key, emails=(person.email,), refs=refs)


async def delete(r: Relay, *people: Person) -> dict[str, Any]:
    return dict(await Lane().carry_out(r.connected["zoho_crm"], [about(person) for person in people]))


async def poll(r: Relay, taken: dict[str, Any], *people: Person) -> dict[str, Any]:
    asked = [about(person, refs=taken[person.key].later.refs) for person in people]
    return dict(await r.connected["zoho_crm"].ask("job", asked, permit=Lane().permit))


async def read_back(r: Relay, person: Person, action: Action) -> Any:
    said = await r.connected["zoho_crm"].ask("person", [about(person, action)], permit=Lane().permit)
    return said[person.key]


async def test_a_job_is_asked_about_until_it_is_over_and_then_the_bin_is_purged() -> None:
    async with relay(crm=JOB, crm_job_s=60) as r:
        taken = await delete(r, ANN, BOB)
        assert {one.outcome for one in taken.values()} == {"accepted"}
        assert {one.later.job_id for one in taken.values()} == {taken[ANN.key].evidence.job_id}
        assert (await r.held("zoho_crm"))["known"], "in the bin"
        running = await poll(r, taken, ANN, BOB)
        assert [(one.outcome, one.later) for one in running.values()] == [
            ("accepted", taken[ANN.key].later),
            ("accepted", taken[BOB.key].later),
        ]
        r.clock.ahead += 60
        done = await poll(r, taken, ANN, BOB)
        assert [(one.outcome, one.evidence.detail) for one in done.values()] == [
            ("executed", "records=2"),
            ("executed", "records=1"),
        ]
        for person in (ANN, BOB):
            assert not (await r.held("zoho_crm", person))["known"]
        assert await poll(r, taken, ANN) == {ANN.key: done[ANN.key]}, "asked again it is as done"


async def test_one_persons_locked_record_is_that_persons_alone() -> None:
    async with relay(crm=JOB, crm_job_s=0) as r:
        await r.control.happen("zoho_crm", "lock", BOB.key)
        taken = await delete(r, ANN, BOB)
        said = await poll(r, taken, ANN, BOB)
        assert isinstance(said[ANN.key], Result)
        assert isinstance(said[BOB.key], Undone)
        assert said[BOB.key].error.reason == "record_still_there"
        assert isinstance(said[BOB.key].error, VendorUnavailable), "to be done anew"
        await r.control.happen("zoho_crm", "unlock", BOB.key)
        again = await delete(r, BOB)
        assert again[BOB.key].outcome == "executed", "one record is deleted without a job"


async def test_while_another_job_runs_records_are_deleted_one_by_one() -> None:
    async with relay(crm=JOB, crm_job_s=600) as r:
        first = await delete(r, ANN, BOB)
        assert first[BOB.key].outcome == "accepted"
        await r.control.happen("zoho_crm", "add", ANN.key)
        await r.control.happen("zoho_crm", "add", BOB.key)
        second = await delete(r, ANN, BOB)
        assert {one.outcome for one in second.values()} == {"executed"}


async def test_ids_that_are_answered_at_once_need_no_question() -> None:
    async with relay(crm=JOB) as r:
        done = await delete(r, ANN, BOB)
        assert {one.outcome for one in done.values()} == {"executed"}
        assert not (await r.held("zoho_crm", BOB))["known"]
        assert "mass_delete" in {entry["verb"] for entry in await r.control.ledger()}


async def test_a_job_that_zoho_does_not_know_any_more_is_over_and_each_record_is_looked_for() -> None:
    async with relay(crm=JOB, crm_job_s=600) as r:
        taken = await delete(r, ANN, BOB)
        r.sandbox.engines["zoho_crm"].vendor._jobs.clear()  # type: ignore[attr-defined]
        assert (await poll(r, taken, ANN))[ANN.key].outcome == "executed"
        assert not (await r.held("zoho_crm"))["known"]


@pytest.mark.parametrize("verb", ["mass_delete_status", "purge"])
async def test_who_cant_be_asked_is_told_as_an_error_and_asked_again(verb: str) -> None:
    async with relay(crm=JOB, crm_job_s=0) as r:
        taken = await delete(r, ANN, BOB)
        await r.control.set_fault(Fault(kind="status", vendor="zoho_crm", verb=verb, status=503, times=1))
        said = await poll(r, taken, ANN, BOB)
        assert {type(one) for one in said.values()} == {VendorUnavailable}
        assert {one.outcome for one in (await poll(r, taken, ANN, BOB)).values()} == {"executed"}


async def test_a_deletion_is_verified_by_a_search_or_the_person_is_found_again() -> None:
    async with relay() as r:
        await delete(r, ANN)
        gone = await read_back(r, ANN, "delete")
        assert (gone.outcome, gone.evidence.detail) == ("verified", "not_found")
        await r.control.happen("zoho_crm", "add", ANN.key)
        assert (await read_back(r, ANN, "delete")).error.reason == "found_again"


async def test_a_withdrawal_is_verified_by_the_switch_on_every_record() -> None:
    async with relay() as r:
        assert (await read_back(r, ANN, "withdraw")).error.reason == "not_opted_out"
        await r.do("zoho_crm", "withdraw")
        stands = await read_back(r, ANN, "withdraw")
        assert (stands.outcome, stands.evidence.detail) == ("verified", "records=2")
        await r.control.happen("zoho_crm", "add", ANN.key)
        assert isinstance(await read_back(r, ANN, "withdraw"), Undone)


async def test_a_read_back_that_fails_proves_nothing() -> None:
    async with relay() as r:
        await r.control.set_fault(Fault(kind="status", vendor="zoho_crm", verb="search", status=404))
        assert isinstance(await read_back(r, ANN, "delete"), VendorRefused)
