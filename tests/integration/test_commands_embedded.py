"""The commands as a newcomer uses them: one embedded broker in a data directory, nothing in the environment."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
import urllib.request
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiokafka.errors import KafkaError
from commands_support import Cli, fields, fresh_subject, jsonl
from ownership_support import LIMIT_S

from infra.kafka import running_at
from schemas.errors import DataError
from streams.clients import writer
from streams.commands.publishing import chunks, publish_all
from streams.settings import load_settings
from streams.stopping import closed
from streams.wire import home_of

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = Path(__file__).parents[2] / "examples"
CONFIG = str(EXAMPLES / "relay.toml")
EVENTS = str(EXAMPLES / "withdrawal.jsonl")


@pytest.fixture(scope="module")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cli]:
    """A broker that `broker start` left running, without a topic."""
    data_dir = tmp_path_factory.mktemp("data")
    env = {"CONSENT_RELAY_DATA_DIR": str(data_dir)}
    inherited = {name for name in os.environ if name.startswith("CONSENT_RELAY_")} - env.keys()
    assert not inherited, "these tests need an environment without settings"
    cli = Cli(env, load_settings(data_dir=data_dir))
    assert cli.json("broker", "status", code=1) == [{"running": False, "data_dir": str(data_dir / "kafka")}]
    cli.run("broker", "start")
    yield cli
    cli.run("broker", "stop")
    assert running_at(data_dir / "kafka") is None
    assert "no embedded Kafka runs" in cli.run("broker", "stop").stdout


def test_a_broker_that_runs_is_found_and_not_started_twice(cli: Cli) -> None:
    (status,) = cli.json("broker", "status")
    (again,) = cli.json("broker", "start")
    assert status["running"]
    assert again["bootstrap"] == status["bootstrap"] == running_at(cli.settings.data_dir / "kafka")


def test_without_topics_it_is_said_what_to_do(cli: Cli) -> None:
    line = jsonl(fields(fresh_subject()))
    commands = (
        ["publish", "-"],
        ["topics", "check", "--config", CONFIG],
        ["audit", "show", "--controller", "oomnis", "--subject", "c-1"],
        ["audit", "tail"],
        ["dead-letters", "list"],
    )
    for command in commands:
        result = cli.run(*command, stdin=line, code=2)
        assert "consent-relay topics apply" in result.stderr


def test_topics_are_made_once_and_never_beside_others_of_another_count(cli: Cli) -> None:
    (first,) = cli.json("topics", "apply", "--config", CONFIG)
    assert {"consent.events", "consent.deliveries.zoho-crm"} <= set(first["created"])
    (second,) = cli.json("topics", "apply", "--config", CONFIG)
    assert (second["created"], second["existing"]) == ([], len(first["created"]))
    (checked,) = cli.json("topics", "check", "--config", CONFIG)
    assert set(checked["topics"]) == set(first["created"])
    for command in ("apply", "check"):
        result = cli.run("topics", command, "--config", CONFIG, code=2, CONSENT_RELAY_PARTITIONS="3")
        assert "CONSENT_RELAY_PARTITIONS" in result.stderr


def test_topics_need_a_configuration(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "examples/relay.toml" in cli.run("topics", "check", code=2).stderr
    (tmp_path / "relay.toml").write_text('[controllers.oomnis]\npolicy = "oomnis"\n')
    assert cli.run("topics", "check").exit_code == 0


def test_everything_is_up_until_ctrl_c_and_kafka_that_ran_before_stays(cli: Cli) -> None:
    with cli.start("up", "--port", "0", "--known-from", EVENTS, "--json") as up:
        assert up.stdout
        try:
            ready = json.loads(up.stdout.readline())
            assert _get(ready["worker"])["ready"]
            cli.run("publish", EVENTS)
            _await_outcomes(cli, {("zoho-crm", "executed"), ("google-analytics", "accepted")})
            vendors = Path(ready["ledger"]).read_text("utf-8")
            assert "c-1003" in vendors
        finally:
            up.send_signal(signal.SIGINT)
        assert up.wait(LIMIT_S) == 0
    with pytest.raises(OSError, match="refused"):
        _get(ready["worker"])
    assert running_at(cli.settings.data_dir / "kafka") == ready["kafka"]


def _await_outcomes(cli: Cli, wanted: set[tuple[str, str]]) -> None:
    """Of the example's deletion, by lane."""
    found: set[tuple[str, str]] = set()
    deadline = time.monotonic() + LIMIT_S
    while not found >= wanted:
        assert time.monotonic() < deadline, found
        result = cli.run("audit", "show", "--controller", "oomnis", "--subject", "c-1003", "--json", code=None)
        if result.exit_code == 0:
            records = json.loads(result.stdout)["records"]
            found = {(r["lane"], r["outcome"]) for r in records if r["kind"] == "outcome"}


def test_the_sandbox_serves_until_ctrl_c(cli: Cli) -> None:
    with cli.start("sandbox", "serve", "--port", "0", "--people", "3", "--json") as sandbox:
        assert sandbox.stdout
        facts = json.loads(sandbox.stdout.readline())
        assert len(_get(f"{facts['base_url']}/_sandbox/people")) == facts["people"] == 3
        assert Path(facts["config"]).is_file()
        sandbox.send_signal(signal.SIGINT)
        assert sandbox.wait(LIMIT_S) == 0


async def test_a_broker_that_goes_away_leaves_no_line_without_a_fate(cli: Cli) -> None:
    """The last test here: nothing runs afterwards."""
    settings = cli.settings.model_copy(update={"bootstrap_servers": running_at(cli.settings.data_dir / "kafka")})
    text = jsonl(*(fields(fresh_subject()) for _ in range(50)), fields("c-bad", kind="x")).encode()
    ((_, lines), _) = chunks("f", BytesIO(text))
    producer = writer(settings)
    await producer.start()
    try:
        before = await publish_all(producer, lines, home_of(4))
        assert [fate.error is None for fate in before] == [True] * 50 + [False]
        await asyncio.to_thread(cli.run, "broker", "stop")
        after = await publish_all(producer, lines, home_of(4), limit_s=1)
        assert [fate.line.number for fate in after] == list(range(1, 52))
        assert all(isinstance(fate.error, KafkaError) for fate in after[:50])
        assert isinstance(after[50].error, DataError | KafkaError)
    finally:
        await closed(producer.stop())


def _get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=LIMIT_S) as answer:  # noqa: S310 - our own address
        return json.load(answer)
