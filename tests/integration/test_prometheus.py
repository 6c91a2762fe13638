"""A worker at work, scraped by a real Prometheus: its figures are those of the audit, and name nobody."""

from __future__ import annotations

import asyncio
import re
import subprocess
import time
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, get_args

import aiohttp
import pytest
import pytest_asyncio
from ownership_support import LIMIT_S, until
from prometheus_client.parser import text_string_to_metric_families
from prometheus_support import Prometheus, needed, prometheus

from processors.engine.connect import vendor_of, windows_of
from schemas.events import PROTECTIVE
from schemas.records import ACTIONS, LaneStatus
from streams.commands.requests_kept import filed
from streams.demo.cast import make_cast
from streams.demo.events import make_events
from streams.demo.stage import LIMITS_SCALE, Stage
from streams.metrics import labels, words
from streams.metrics.definitions import SECTIONS
from streams.metrics.page import page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.asyncio(loop_scope="module")
COUNT = 300
PROTECTS = {"withdraw", "delete"}
STATES = {"starting", "up", "halted", "assigned", "working", "closed", "open", "half_open"}
RESULTS = {*words.VERDICTS, *words.CLOSINGS, "confirmed", "manual_task", "failed", "no_answer", "broken_off"}
RESULTS |= {"timeout", "unreachable", "connection_reset", "answer_too_long", "answer_is_no_http", "401", "403", "429"}
RESULTS |= {"otherwise", *(f"{n}xx" for n in range(1, 6))}


@dataclass
class Run:
    """A worker that has settled COUNT events, and who watched it."""

    stage: Stage
    server: Prometheus
    page: str
    seen: set[str]
    """pids and event ids of the run."""


def withdrawals_of(stage: Stage) -> tuple[set[str], set[str]]:
    """Protective events that ended, and those that wait: for a person whose vendor always fails."""
    legs = [(due.event_id, ending) for due, ending in stage.tally.endings() if due.leg.action in PROTECTS]
    waiting = {event_id for event_id, ending in legs if ending and ending.outcome == "parked"}
    return {event_id for event_id, _ in legs} - waiting, waiting


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def run(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Run]:
    needed("prometheus")
    directory = tmp_path_factory.mktemp("metrics")
    async with AsyncExitStack() as stack:
        stage = await stack.enter_async_context(Stage(directory / "stage", make_cast(80, 5), checkpoint_interval=1))
        worker = await stage.start_worker()
        await worker.ready()
        target = f"127.0.0.1:{worker.web_port}"
        server = await stack.enter_async_context(prometheus(directory / "prometheus", target))
        teller = stage.teller(Random(5))
        await stage.publish(make_events(COUNT, time.time_ns() // 1000, teller))
        assert await stage.wait_settled(COUNT, LIMIT_S)
        await server.comes_to("sum(consent_relay_lag_records)", 0)
        await server.comes_to("consent_relay_withdrawals_open", len(withdrawals_of(stage)[1]))
        tally = stage.tally
        seen = {name for due, _ in tally.endings() for name in (due.pid, due.event_id)}
        seen |= set(tally.dues)
        yield Run(stage, server, await scraped(worker.url), seen)


async def scraped(url: str) -> str:
    async with aiohttp.ClientSession() as session, session.get(f"{url}/metrics") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        return await answer.text()


async def test_events_are_those_that_were_published(run: Run) -> None:
    tally = run.stage.tally
    await run.server.comes_to("sum(consent_relay_events_total)", COUNT)
    await run.server.comes_to("consent_relay_events_forwarded_total", len(tally.forwarded))
    verdicts = Counter(verdict.kind for verdict in tally.verdicts.values())
    for kind, count in verdicts.items():
        await run.server.comes_to(f'sum(consent_relay_events_total{{result="{kind}"}})', count)
    assert verdicts["planned"]
    await run.server.comes_to('sum(consent_relay_dead_letters_total{source="router"})', verdicts["rejected"])
    await run.server.comes_to("consent_relay_unbound_recipients_total", tally.unbound)


async def test_deliveries_are_those_of_the_audit_lane_by_lane(run: Run) -> None:
    endings = Counter(
        (due.lane, due.leg.action, ending.outcome) for due, ending in run.stage.tally.endings() if ending
    )
    planned = Counter(lane for lane, _, _ in endings.elements())
    parked: Counter[str] = Counter()
    assert planned.keys() == run.stage.config.connections.keys()
    open_ones = Counter(dict.fromkeys(("manual_task", "parked"), 0))
    for (lane, action, outcome), count in endings.items():
        if outcome in open_ones:
            open_ones[outcome] += count
        if outcome == "parked":
            parked[lane] += count
            continue
        labels = f'lane="{lane}",action="{action}",outcome="{outcome}"'
        await run.server.comes_to(f"consent_relay_deliveries_settled_total{{{labels}}}", count)
    for lane, count in planned.items():
        await run.server.comes_to(f'sum(consent_relay_deliveries_planned_total{{lane="{lane}"}})', count)
        ended = count - parked[lane]
        await run.server.comes_to(f'sum(consent_relay_delivery_seconds_count{{lane="{lane}"}})', ended)
    for status, count in open_ones.items():
        await run.server.comes_to(f'sum(consent_relay_lane_entries{{status="{status}"}})', count)


async def test_every_withdrawal_was_followed_to_its_end(run: Run) -> None:
    due, _ = withdrawals_of(run.stage)
    assert due
    await run.server.comes_to("sum(consent_relay_withdrawal_seconds_count)", len(due))
    await run.server.comes_to("sum(consent_relay_withdrawals_unfollowed_total)", 0)
    kinds = {one["metric"]["kind"] for one in await run.server.query("consent_relay_withdrawal_seconds_count")}
    assert kinds <= PROTECTIVE


async def test_requests_are_those_that_are_kept(run: Run) -> None:
    async def told() -> bool:
        kept = [one.request for one in await filed(run.stage.settings)]
        still_open = [request for request in kept if request.is_open]
        assert 0 < len(still_open) < len(kept)
        closed = await run.server.value("sum(consent_relay_requests_closed_total)")
        open_now = await run.server.value("consent_relay_requests_open")
        return (open_now, closed) == (len(still_open), sum(request.closings for request in kept))

    await until(told)
    await run.server.has("consent_relay_request_oldest_seconds > 0")


async def test_vendors_were_called_and_nothing_hangs(run: Run) -> None:
    for lane in run.stage.config.connections:
        call = f'consent_relay_vendor_call_seconds_count{{lane="{lane}",call="api"}}'
        await run.server.has(f"sum({call}) > 0")
    await run.server.comes_to("sum(consent_relay_vendor_calls_in_flight)", 0)


async def test_the_roles_are_up_and_hold_every_partition(run: Run) -> None:
    roles = len(run.stage.config.connections) + 3
    await run.server.comes_to('sum(consent_relay_role_state{state="up"})', roles)
    await run.server.comes_to('sum(consent_relay_role_partitions{state="working"})', roles * 4)
    await run.server.comes_to("max(consent_relay_lag_seconds)", 0)
    await run.server.has("consent_relay_router_subjects > 0")
    await run.server.has('consent_relay_transaction_records_count{role="router"} > 0')
    await run.server.has('consent_relay_takeover_seconds_count{role="lane"} == 4')


async def test_every_question_on_the_page_can_be_asked(run: Run) -> None:
    questions = re.findall(r"^\| [^|]+\? \| `(.+?)`", page(), re.MULTILINE)
    assert len(questions) >= 10
    for question in questions:
        await run.server.query(question.replace("\\|", "|"))


async def test_promtool_finds_nothing_to_complain_about(run: Run) -> None:
    checked = subprocess.run(  # noqa: ASYNC221, S603 - a second, in a test
        [needed("promtool"), "check", "metrics"], input=run.page, capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


async def test_what_is_scraped_is_what_is_defined(run: Run) -> None:
    ours = {family.name for family in text_string_to_metric_families(run.page)}
    ours = {name for name in ours if name.startswith("consent_relay_")}
    defined = {one.full_name.removesuffix("_total") for some in SECTIONS.values() for one in some}
    assert ours == defined


async def test_no_label_names_a_person_or_an_event(run: Run) -> None:
    people = [name for person in run.stage.cast.people for name in (person.key, *person.identities())]
    assert len(run.seen) > COUNT
    assert not [name for name in (*people, *run.seen) if name.lower() in run.page.lower()]
    assert not re.search(r"p1\.[a-z2-7]{20}|[0-9a-f]{8}-[0-9a-f]{4}-|[0-9a-f]{32}|@|%40", run.page)


async def test_every_label_has_one_of_few_values(run: Run) -> None:
    lanes = {*run.stage.config.connections, ""}
    allowed: dict[str, Any] = {
        "lane": lanes,
        "role": {"router", "lane", "closer", "notary"},
        "source": {"router", "lane"},
        "kind": {*words.KINDS, words.UNKNOWN},
        "action": set(ACTIONS),
        "outcome": {*words.OUTCOMES, words.OTHER},
        "alarm": {*words.ALARMS, words.OTHER},
        "reason": {*words.REASONS["router"], *words.REASONS["lane"], words.OTHER},
        "status": set(get_args(LaneStatus)),
        "state": STATES,
        "result": RESULTS,
        "call": {"api", "token"},
        "asks": {"job", "person"},
        "finding": {"missing", "surplus", "late", "conflicting"},
        "answer": {"done", "running", "undone", "unanswered", "skipped"},
        "http": {"200", "204", "400", "401", "403", "404", "408", "413", "422", "500", "503"},
        "protective": {"yes", "no"},
        "why": {"unseen", "forgotten", "unreadable"},
        "window": {
            str(window)
            for connection in run.stage.config.connections.values()
            for window in windows_of(connection, vendor_of(connection), LIMITS_SCALE)
        },
    }
    assert allowed.keys() == labels.LABELS.keys()
    samples = [sample for family in text_string_to_metric_families(run.page) for sample in family.samples]
    mine = [sample for sample in samples if sample.name.startswith("consent_relay_")]
    found = {one for sample in mine for one in sample.labels.items() if one[0] not in {"le", "software", "version"}}
    assert {(label, value) for label, value in found if value not in allowed[label]} == set()
    assert len(mine) < 2500


async def test_vendors_that_are_down_are_seen_and_so_is_a_worker_that_is_gone(run: Run) -> None:
    """The last one: neither comes back."""
    stage = run.stage
    await stage.sandbox.stop()
    teller = stage.teller(Random(6))
    await stage.publish(make_events(20, time.time_ns() // 1000, teller))
    answers = 'sum(rate(consent_relay_vendor_call_seconds_count{result="unreachable"}[30s])) > 0'

    async def noticed() -> bool:
        old = await run.server.query('max by (lane) (consent_relay_lag_seconds{role="lane"}) > 3')
        return bool(old and await run.server.query(answers))

    await until(noticed)
    await run.server.comes_to('consent_relay_lag_seconds{role="router"}', 0)
    await run.server.comes_to('consent_relay_role_state{role="router",state="up"}', 1)
    await asyncio.gather(*(worker.kill() for worker in stage.workers.values()))
    await until(lambda: _gone(run.server))
    stage.workers.clear()


async def _gone(server: Prometheus) -> bool:
    return await server.value('up{job="consent-relay"} == 0') == 0
