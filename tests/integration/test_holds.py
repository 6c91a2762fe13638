"""A legal hold on a real broker: what it keeps is suppressed, and erased by itself when it is lifted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from ownership_support import until
from reading import audit
from requests_support import LIMIT_S, facts, finish_tasks, is_closed, lanes_have_told, on, publish, shown

from streams.demo.cast import make_cast
from streams.demo.stage import Stage
from streams.reconciling.run import Counted, reconciler

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from infra.sandbox import Person

AZURE, CRM, ERP = "microsoft/azure", "zoho-one/crm", "zoho-one/erp"
REVIEW = "2027-01-01T00:00:00Z"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with Stage(tmp_path, make_cast(30, 1)) as stage:
        yield stage


def person_in_crm(stage: Stage) -> Person:
    return next(person for person in stage.cast.people if person.crm == ("Contacts",))


async def in_crm(stage: Stage, person: Person) -> list[dict[str, Any]]:
    """As the vendor says itself."""
    async with stage.sandbox.client() as client:
        held = await client.person(person.key)
    return list(held["zoho_crm"]["records"])


async def finish(stage: Stage, event_id: str) -> dict[str, Any]:
    """By hand all that is only done by hand, once the lanes have told theirs; the request when it is closed."""

    async def told() -> bool:
        return lanes_have_told(await shown(stage, event_id))

    await until(told, LIMIT_S)
    await finish_tasks(stage, await shown(stage, event_id))
    await until(lambda: is_closed(stage, event_id), LIMIT_S)
    return await shown(stage, event_id)


async def test_what_a_hold_kept_is_erased_when_it_is_lifted_even_if_workers_die_meanwhile(stage: Stage) -> None:
    """With a connection (the CRM), by hand (Azure), and where nobody has connected the recipient (the ERP)."""
    person = person_in_crm(stage)
    await (await stage.start_worker()).ready()
    about = ["rights-defence", "usage-monitoring", "records"]
    hold = await publish(stage, person, kind="hold.placed", purposes=about, until=REVIEW)
    wish = await publish(stage, person, occurred_at="2026-03-02T09:31:00Z")
    first = await finish(stage, wish)
    assert first["status"] == "completed_with_exceptions"
    kept = {one["recipient"]: one for one in first["legs"] if one["state"] == "retained" and one["recipient"]}
    assert set(kept) == {AZURE, CRM, ERP}
    assert {(one["reason"], one["review_at"][:10]) for one in kept.values()} == {("legal_hold", REVIEW[:10])}
    assert set(kept) < {one["recipient"] for one in first["exceptions"]}
    records = await in_crm(stage, person)
    assert [record["opted_out"] for record in records] == [True], "suppressed, and still there"

    await stage.kill_worker()
    await publish(stage, person, kind="hold.lifted", supersedes=hold, occurred_at="2026-03-02T09:32:00Z")
    await (await stage.start_worker()).ready()
    await until(lambda: begun_anew(stage, wish, set(kept)), LIMIT_S)
    assert not await is_closed(stage, wish)
    await stage.kill_worker()
    await (await stage.start_worker()).ready()
    last = await finish(stage, wish)
    assert not set(kept) & {one["recipient"] for one in last["exceptions"]}
    assert on(last, "zoho-crm")["state"] in {"executed", "verified"}
    assert [record for record in await in_crm(stage, person) if not record["in_bin"]] == []
    kinds = [one.kind for one in await facts(stage, wish) if one.kind in {"request.closed", "request.reopened"}]
    assert kinds == ["request.closed", "request.reopened", "request.closed"]
    lifted = [one for one in await audit(stage.settings) if one.kind == "cycle" and one.reason == "hold_lifted"]
    assert {leg.recipient for one in lifted for leg in one.legs or ()} == set(kept)
    assert len(lifted) == len(kept)
    assert [one async for one in reconciler(stage.settings, stage.config, Counted()).findings()] == []


async def begun_anew(stage: Stage, event_id: str, recipients: set[str]) -> bool:
    """All of them: the closer may have heard of one before the others."""
    legs = (await shown(stage, event_id)).get("legs", ())
    return {leg["recipient"] for leg in legs if leg["cycle"]} == recipients
