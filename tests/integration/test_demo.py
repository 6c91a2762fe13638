"""The demo as a person runs it: its numbers, and that nothing of it is left running whatever ends it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest
from ownership_support import LIMIT_S

from infra.sandbox import Fault, SandboxClient
from streams.demo.accounts import ACCOUNTS, lane_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENCE_S = 600.0
"""With a whole run."""
OF_DELETIONS_ALONE = {
    "zoho-books", "microsoft-365",
    "osows-stripe", "osows-shopify", "osows-netlify", "osows-wix", "osows-wordpress-com",
}  # fmt: skip
"""Lanes that hear of no choice, as nobody can choose about their purposes there."""
DEMO = (sys.executable, "-m", "streams", "demo")


@contextmanager
def demo(tmp_path: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """A demo whose data directory is made below `tmp_path`."""
    process = subprocess.Popen(  # noqa: S603 - our own command line
        [*DEMO, *options],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def run(tmp_path: Path, *options: str) -> tuple[int, str, str]:
    with demo(tmp_path, *options) as process:
        out, err = process.communicate(timeout=PATIENCE_S)
        return process.returncode, out, err


def left(tmp_path: Path) -> list[str]:
    return [path.name for path in tmp_path.glob("consent-relay-demo-*")]


def test_it_ends_well_and_says_so_in_numbers(tmp_path: Path) -> None:
    code, out, err = run(tmp_path, "--json", "--events", "600", "--seed", "3")
    assert code == 0, err
    result: dict[str, Any] = json.loads(out)
    events, deliveries = result["events"], result["deliveries"]
    assert events["published"] == 600
    assert sum(events[kind] for kind in ("accepted", "stale", "duplicate", "rejected")) == 600
    assert (events["duplicate"], events["rejected"]) == (12, 6)
    assert events["stale"] > 0
    assert sum(events["rejected_by_reason"].values()) == events["rejected"]
    assert deliveries["due"] == deliveries["final"] + deliveries["open_tasks"] + deliveries["parked"] > 600
    tasks = {name: lane["manual_task"] for name, lane in deliveries["by_lane"].items() if "manual_task" in lane}
    assert set(tasks) == {"zoho-campaigns", "microsoft-365"}
    assert deliveries["open_tasks"] == sum(tasks.values())
    assert deliveries["by_lane"]["zoho-crm"]["parked"] == deliveries["parked"] > 0, "of whom a vendor always fails"
    assert sum(lane.get("superseded", 0) for lane in deliveries["by_lane"].values()) > 0
    assert not any("failed" in lane for lane in deliveries["by_lane"].values())
    assert sum(count for lane in deliveries["by_lane"].values() for count in lane.values()) == deliveries["due"]
    assert deliveries["unbound"] == 0, "every recipient of this policy is connected, or is no work for a call"
    (crm,) = result["shared_calls"]
    assert crm["vendor"] == "zoho_crm"
    assert crm["calls"] >= crm["with_several"] > 0
    assert 1 < crm["most"] <= 100
    assert (result["unaccounted"], result["vendor_mismatches"], result["mismatches"]) == (0, 0, [])
    assert 0 < result["latency_ms"]["p50"] <= result["latency_ms"]["p95"]
    assert (result["seed"], result["limits_scale"], result["surge"]) == (3, 100.0, "off")
    assert result["seconds"] > 0
    assert left(tmp_path) == []


def test_four_companies_at_once_are_judged_together(tmp_path: Path) -> None:
    code, out, err = run(tmp_path, "--json", "--events", "400", "--seed", "2", "--policy", "all")
    assert code == 0, err
    result: dict[str, Any] = json.loads(out)
    assert result["policies"] == ["oomnis", "osome", "osows", "omigroup"]
    assert result["events"]["published"] == 400
    by_lane = result["deliveries"]["by_lane"]
    assert by_lane.keys() == {lane_of(whose, adapter) for whose, mine in ACCOUNTS.items() for adapter in mine}
    told = {lane: sum(outcomes.values()) for lane, outcomes in by_lane.items()}
    assert all(count > (0 if lane in OF_DELETIONS_ALONE else 10) for lane, count in told.items())
    assert by_lane["omigroup-zoho-crm"]["parked"] > 0, "of whom the vendor always fails"
    assert by_lane["osome-google-analytics"].keys() <= {"accepted", "client_signal", "superseded"}
    assert (result["unaccounted"], result["mismatches"]) == (0, [])


def test_one_of_the_other_policies_alone(tmp_path: Path) -> None:
    code, out, err = run(tmp_path, "--events", "60", "--people", "30", "--policy", "osome")
    assert code == 0, err
    for words in (
        "30 of osome",
        "for 2 of them a vendor fails",
        "osome-google-analytics",
        "osome-hubspot",
        "one person",
        "good: 0",
    ):
        assert words in out


def test_a_vendor_that_differs_fails_the_run_which_keeps_its_data(tmp_path: Path) -> None:
    with demo(tmp_path, "--events", "60", "--people", "30") as process:
        _until(lambda: crm_of(tmp_path) is not None)
        asyncio.run(break_crm(str(crm_of(tmp_path)).removesuffix("/zoho_crm")))
        out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1
    assert "NOT GOOD" in out
    (kept,) = left(tmp_path)
    assert kept in err


def crm_of(tmp_path: Path) -> str | None:
    """Where a demo that has been started says that the CRM is; None: not yet, or not written to its end."""
    for configured in tmp_path.glob("consent-relay-demo-*/relay.toml"):
        with suppress(tomllib.TOMLDecodeError, KeyError):
            return str(tomllib.loads(configured.read_text("utf-8"))["connections"]["zoho-crm"]["base_url"])
    return None


async def break_crm(sandbox: str) -> None:
    async with SandboxClient(sandbox) as client:
        await client.set_fault(Fault(kind="status", vendor="zoho_crm", status=400))


def test_a_person_sees_events_lanes_and_one_story(tmp_path: Path) -> None:
    code, out, err = run(tmp_path, "--events", "60", "--people", "30", "--keep")
    assert code == 0, err
    for words in ("limits are scaled by 100", "60 events in", "zoho-campaigns", "p50", "one person", "good: 0"):
        assert words in out
    (kept,) = left(tmp_path)
    assert kept in err
    assert "example.test" not in out + err, "no identity is shown"


def test_a_policy_that_nobody_has_is_refused_before_anything_starts(tmp_path: Path) -> None:
    code, _, err = run(tmp_path, "--policy", "acme")
    assert (code, left(tmp_path)) == (2, [])
    assert "acme" in err
    assert "oomnis" in err


def _pid_in(path: Path, key: str | None = None) -> int | None:
    try:
        text = path.read_text("utf-8")
        return int(json.loads(text)[key] if key else text)
    except (OSError, ValueError):
        return None


def _until(condition: Callable[[], bool], limit_s: float = LIMIT_S) -> None:
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(
    ("phase", "number"),
    [("kafka", signal.SIGINT), ("worker", signal.SIGINT), ("worker", signal.SIGTERM), ("worker", signal.SIGKILL)],
)
def test_whatever_ends_it_nothing_is_left_running(tmp_path: Path, phase: str, number: signal.Signals) -> None:
    pids: dict[str, int] = {}

    def is_there() -> bool:
        for directory in tmp_path.glob("consent-relay-demo-*"):
            kafka = _pid_in(directory / "kafka" / "kafka.json", "pid")
            if kafka is not None and kafka != process.pid:
                pids["kafka"] = kafka
            worker = _pid_in(directory / "workers" / "worker-1.lock")
            if worker is not None:
                pids["worker"] = worker
        return phase in pids

    with demo(tmp_path, "--events", "20000", "--json") as process:
        _until(is_there)
        process.send_signal(number)
        process.communicate(timeout=LIMIT_S)
    assert process.returncode == (-signal.SIGKILL if number is signal.SIGKILL else 130)
    _until(lambda: not any(_is_alive(pid) for pid in pids.values()))
    if number is not signal.SIGKILL:
        assert left(tmp_path) == []
