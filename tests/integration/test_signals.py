"""A site asks what stands for its visitor: served from the real state, recorded first, denied where in doubt."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web
from ownership_support import until
from signal_support import config_of, settings_for, site_at

from processors.signals.key import MOST_BYTES
from schemas.errors import SetupError
from schemas.kept import as_json
from streams.clients import writer
from streams.metrics.registry import Metrics
from streams.signals.desk import Desk
from streams.signals.ledger import Ledger
from streams.signals.people import People
from streams.signals.serving import app_of, sites
from streams.stopping import begun, ended

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from conftest import KafkaUnderTest
    from signal_support import Site

ORIGIN = "https://www.osows.example"
NAMES = {"ad_personalization", "ad_storage", "ad_user_data", "adsense", "analytics_storage", "facebook", "reddit"}
NAMES |= {"youtube"}
pytestmark = pytest.mark.usefixtures("topics")


async def test_what_stands_is_served_and_recorded_once_before_and_after_it_changes(
    kafka: KafkaUnderTest, tmp_path: Path
) -> None:
    async with site_at(kafka.bootstrap, tmp_path, ORIGIN) as site:
        ann = site.visitor()
        assert await site.ask(site.key(ann)) == (200, dict.fromkeys(NAMES, "denied")), "nobody knows her yet"
        assert await site.evidence(ann) == []
        await site.stands(ann, everything="granted")
        for _ in range(3):
            assert await site.ask(site.key(ann)) == (200, dict.fromkeys(NAMES, "granted"))
        await site.stands(ann, everything="granted", improvement="withdrawn")
        assert {name for name, told in (await site.ask(site.key(ann)))[1].items() if told == "denied"} == {
            "analytics_storage", "youtube",
        }  # fmt: skip
        status, signals = await site.ask(site.key(ann), sec_gpc="1")
        assert {name for name, told in signals.items() if told == "granted"} == set(), (status, signals)
        records = await site.evidence(ann)
        details = [record.evidence.detail or "" for record in records if record.evidence]
        assert [text.count("granted") for text in details] == [8, 6, 0], "each state once"
        assert all(record.origin.topic == "consent.state" and record.lane == "osows-site" for record in records)
        assert all(record.policy and record.policy.id == "osows" for record in records)
        assert not [record for record in records if ann in as_json(record).decode()]


async def test_whoever_is_not_the_site_or_has_no_key_hears_nothing(kafka: KafkaUnderTest, tmp_path: Path) -> None:
    async with site_at(kafka.bootstrap, tmp_path, ORIGIN) as site, aiohttp.ClientSession() as session:
        key = site.key(site.visitor())
        async with session.post(site.url, data=key, headers={"origin": ORIGIN}) as answer:
            assert answer.headers["access-control-allow-origin"] == ORIGIN
            assert answer.headers["cache-control"] == "no-store"
        assert (await site.ask(key, origin="https://elsewhere.example"))[0] == 403
        assert (await site.ask("nonsense"))[0] == 401
        assert (await site.ask(site.key(site.visitor(), lives_s=-1)))[0] == 401
        assert (await site.ask("x" * (MOST_BYTES + 1)))[0] == 413
        async with session.post(f"{site.url}-2", data=key) as answer:
            assert answer.status == 404
        async with session.get(site.url, params={"key": "k"}) as answer:
            assert answer.status == 405
    refused = site.metrics.registry.get_sample_value(
        "consent_relay_signals_total", {"lane": "osows-site", "http": "401"}
    )
    assert refused == 2


async def test_nothing_is_served_before_all_that_stands_is_known(kafka: KafkaUnderTest, tmp_path: Path) -> None:
    """What was granted may have been withdrawn since; the page takes no answer for denied."""
    async with site_at(kafka.bootstrap, tmp_path) as site, desk_at(site, People()) as url:
        assert await answered(url, site.key(site.visitor())) == 503


async def test_what_cannot_be_recorded_is_not_served(kafka: KafkaUnderTest, tmp_path: Path) -> None:
    async with site_at(kafka.bootstrap, tmp_path) as site:
        ann, people = site.visitor(), People()
        await site.stands(ann, everything="granted")
        following = asyncio.create_task(people.follow(site.settings))
        await until(lambda: people.are_current)
        async with desk_at(site, people) as url:
            assert await answered(url, site.key(site.visitor())) == 200, "nothing to record of the unknown"
            assert await answered(url, site.key(ann)) == 503
        await ended(following)


@asynccontextmanager
async def desk_at(site: Site, people: People) -> AsyncIterator[str]:
    """The address of the same site's desk, whose producer has come to its end."""
    producer = await begun(writer(site.settings))
    await producer.stop()
    known = sites(config_of(), site.settings.secret)
    desk = Desk(known, people, Ledger(producer), site.settings.key("pepper"), Metrics())
    runner = web.AppRunner(app_of(desk))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/signals/osows-site"
    finally:
        await runner.cleanup()


async def answered(url: str, key: str) -> int:
    async with aiohttp.ClientSession() as session, session.post(url, data=key) as answer:
        return answer.status


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"secrets": {}}, r"connections\.osows-site\.secrets\.key: is missing"),
        ({"secrets": {"key": "nowhere"}}, r"connections\.osows-site\.secrets\.key: there is no secret"),
        ({"serves": ["stripe"]}, r"connections\.osows-site\.serves: no tag of a site depends on 'stripe'"),
        ({"options": {"origins": ["osows.example"]}}, r"connections\.osows-site\.options\.origins"),
    ],
)
def test_a_site_that_is_not_whole_is_refused_at_the_start(
    tmp_path: Path, change: dict[str, object], says: str
) -> None:
    settings = settings_for("127.0.0.1:1", tmp_path)
    with pytest.raises(SetupError, match=says):
        sites(config_of(**change), settings.secret)
