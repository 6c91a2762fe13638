"""A vendor tells by HTTP what somebody chose there: a real worker publishes it and tells the others, not that one."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
import pytest_asyncio
from ownership_support import until
from reading import audit, committed
from source_support import SECRET, hubspot, hubspot_event, mailchimp

from infra.ports import unused_ports
from infra.sandbox.vendors.hubspot import Hubspot
from schemas.codec import decode
from schemas.events import ConsentEvent
from streams import topics
from streams.demo.cast import make_cast
from streams.demo.config import toml
from streams.demo.stage import Stage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

pytestmark = pytest.mark.asyncio(loop_scope="module")
CONTROLLER = "osome"
URL = "https://relay.example/sources/hubspot-optouts"
MARKETING = "direct-marketing"
SOURCES = {
    "sources.hubspot-optouts": {
        "controller": CONTROLLER,
        "vendor": "hubspot",
        "connection": "osome-hubspot",
        "secret": "source_secret",
        "options": {"url": URL, "portal": 33, "purposes": {"77": [MARKETING]}},
    },
    "sources.newsletter": {
        "controller": CONTROLLER,
        "vendor": "mailchimp",
        "secret": "source_secret",
        "options": {"purposes": {"a6b5da1054": [MARKETING]}, "subject": "CUSTOMER"},
    },
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    directory, port = tmp_path_factory.mktemp("stage"), next(unused_ports())
    async with Stage(directory, make_cast(12, 1, CONTROLLER), callback_port=port) as stage:
        with (directory / "relay.toml").open("a", encoding="utf-8") as file:
            file.write(toml(SOURCES))
        (directory / "secrets" / "source_secret").write_text(SECRET)
        await (await stage.start_worker()).ready()
        yield stage


async def call(stage: Stage, path: str, body: bytes | None, headers: Mapping[str, str] | None = None) -> int:
    url = f"http://127.0.0.1:{stage.settings.callback_port}/sources/{path}"
    async with (
        aiohttp.ClientSession() as session,
        session.request("GET" if body is None else "POST", url, data=body, headers=headers) as answer,
    ):
        return answer.status


def told(stage: Stage, email: str) -> Counter[str]:
    """How often each vendor was told something of a person."""
    key = stage.sandbox.world.people.key_of(email)
    return Counter(entry.vendor for entry in stage.sandbox.world.ledger.entries if key in entry.people)


async def events(stage: Stage) -> list[ConsentEvent]:
    return [decode(ConsentEvent, record.value) for record in await committed(stage.settings, topics.EVENTS)]


async def settled(stage: Stage, event_id: str) -> dict[str, Any]:
    """Lane → outcome of an event's deliveries, when all of them have ended."""
    ends: dict[str, Any] = {}

    async def have_ended() -> bool:
        records = [record for record in await audit(stage.settings) if record.event_id == event_id]
        planned = [record for record in records if record.kind == "planned"]
        ends.update({one.lane: one.outcome for one in records if one.lane and one.outcome != "attempted"})
        due = {leg.lane for record in planned for leg in record.legs or () if leg.kind == "delivery"}
        return bool(planned) and due <= ends.keys()

    await until(have_ended)
    return ends


async def test_an_opt_out_of_all_mail_at_hubspot_reaches_the_other_vendors_and_not_hubspot(stage: Stage) -> None:
    vendor = stage.sandbox.engines["hubspot"].vendor
    assert isinstance(vendor, Hubspot)
    person = next(one for one in stage.cast.people if one.crm and one not in stage.cast.special)
    contact = vendor._contacts.of(person.email)
    assert contact is not None
    # The clock of a demo's people stands long before today: the opt-out is the newest that they said.
    event = hubspot_event(contact.id, occurredAt=int(time.time() * 1000))
    odd = hubspot_event(contact.id, occurredAt=None)
    for batch, status in (([event], 204), ([odd, event], 422)):
        headers, body = hubspot(time.time(), *batch, url=URL)
        assert await call(stage, "hubspot-optouts", body, headers) == status
    first, again = (one for one in await events(stage) if one.told_by == "osome-hubspot")
    assert first == again, "told twice it is the same event"
    assert (first.purposes, first.channels, first.identities[0].value) == (None, ("email",), person.email)
    ends = await settled(stage, first.event_id)
    assert ends["osome-intercom"] in {"executed", "verified"}
    assert "osome-hubspot" not in ends
    assert told(stage, person.email)["intercom"] >= 1
    assert told(stage, person.email)["hubspot"] == 0
    planned = [record for record in await audit(stage.settings) if record.event_id == first.event_id]
    origin = [leg for record in planned for leg in record.legs or () if leg.lane == "osome-hubspot"]
    assert {(leg.kind, leg.outcome, leg.reason) for leg in origin} == {("none", "not_applicable", "told_by_vendor")}


async def test_a_source_without_a_connection_is_told_on_to_everybody(stage: Stage) -> None:
    person = next(one for one in reversed(stage.cast.people) if one.crm and one not in stage.cast.special)
    assert await call(stage, f"newsletter/{SECRET}", None) == 200, "Mailchimp tries a URL with GET"
    now = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
    body = mailchimp(**{"data[email]": person.email, "data[merges][CUSTOMER]": person.key, "fired_at": now})
    assert await call(stage, f"newsletter/{SECRET}", body) == 204
    (made,) = [one for one in await events(stage) if one.told_by == "newsletter"]
    assert made.subject_id == person.key
    ends = await settled(stage, made.event_id)
    assert {"osome-hubspot", "osome-intercom"} <= ends.keys()
    assert told(stage, person.email)["hubspot"] >= 1


async def test_what_is_not_the_vendors_is_refused_and_not_kept(stage: Stage) -> None:
    before = len(await events(stage))
    headers, body = hubspot(time.time(), hubspot_event("101"), url=URL)
    assert await call(stage, "hubspot-optouts", body + b" ", headers) == 401
    assert await call(stage, "hubspot-optouts", body) == 401
    assert await call(stage, "newsletter", mailchimp()) == 401
    assert await call(stage, f"newsletter/{SECRET[:-1]}", mailchimp()) == 401
    assert await call(stage, f"newsletter/{SECRET[:-1]}", None) == 401
    assert await call(stage, f"nobody/{SECRET}", mailchimp()) == 404
    assert await call(stage, f"newsletter/{SECRET}", mailchimp(fired_at="yesterday")) == 400
    assert await call(stage, f"newsletter/{SECRET}", mailchimp(**{"data[list_id]": "ffff"})) == 422
    assert len(await events(stage)) == before


async def test_neither_secret_nor_person_stands_in_the_workers_log(stage: Stage) -> None:
    (worker,) = stage.workers.values()
    said = worker.log_file.read_text("utf-8", errors="replace")
    assert "source_not_taken" in said
    assert "source_not_understood" in said
    assert SECRET not in said
    assert SECRET[:-1] not in said
    assert not [one.email for one in stage.cast.people if one.email in said]
