"""The command line against a real broker: as a function in this process, or as a program of its own."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ownership_support import LIMIT_S
from reading import committed
from typer.testing import CliRunner

from streams.cli import app
from streams.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aiokafka import ConsumerRecord
    from click.testing import Result


@dataclass(frozen=True)
class Cli:
    """`consent-relay` with this environment; `settings` lead to the same broker."""

    env: dict[str, str]
    settings: Settings

    def run(self, *args: str, code: int | None = 0, stdin: str | bytes | None = None, **env: str) -> Result:
        result: Any = CliRunner().invoke(app, args, input=stdin, env={**self.env, **env})
        assert code in {None, result.exit_code}, result.output
        return result  # type: ignore[no-any-return]

    def json(self, *args: str, code: int = 0, stdin: str | bytes | None = None) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.run(*args, "--json", code=code, stdin=stdin).stdout.splitlines()]

    async def ended(self, *args: str) -> tuple[int, str, str]:
        """Exit code, stdout and stderr, run as a program while this process works on."""
        process = self.start(*args)
        out, errors = await asyncio.to_thread(process.communicate, timeout=LIMIT_S)
        return process.returncode, out, errors

    async def said(self, *args: str) -> dict[str, Any]:
        """What it says as one JSON object when all is well."""
        code, out, errors = await self.ended(*args, "--json")
        assert code == 0, errors
        told: dict[str, Any] = json.loads(out)
        return told

    def start(self, *args: str) -> subprocess.Popen[str]:
        return subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "streams", *args],
            env={**os.environ, **self.env},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def records(self, topic: str) -> list[ConsumerRecord]:
        """The topic as a reader of committed records sees it."""

        async def read() -> list[ConsumerRecord]:
            return await committed(self.settings, topic)

        return asyncio.run(read())

    def await_records(
        self, topic: str, wanted: Callable[[ConsumerRecord], bool], count: int = 1
    ) -> list[ConsumerRecord]:
        """So many records: what a transaction wrote can be read a moment after its end."""
        deadline = time.monotonic() + LIMIT_S
        while len(found := [record for record in self.records(topic) if wanted(record)]) != count:
            assert time.monotonic() < deadline, f"{len(found)} records in {topic}, not {count}"
        return found


def cli_at(bootstrap: str, data_dir: Path) -> Cli:
    keys = {"pepper": "aa" * 32, "relay_key": "bb" * 32, "notary_key": "cc" * 32}
    given = {"bootstrap_servers": bootstrap, "cluster_prefix": "tests", "data_dir": str(data_dir), **keys}
    env = {f"CONSENT_RELAY_{name.upper()}": value for name, value in given.items()}
    return Cli(env, Settings.model_validate(given))


def fresh_subject() -> str:
    return f"c-{uuid.uuid4().hex[:12]}"


def fields(subject_id: str, **more: Any) -> dict[str, Any]:
    """A withdrawal as an upstream app would write it."""
    event: dict[str, Any] = {
        "event_id": str(uuid.uuid4()),
        "kind": "consent.withdrawn",
        "controller": "oomnis",
        "subject_id": subject_id,
        "identities": [{"type": "email", "value": f"{subject_id}@example.test"}],
        "purposes": ["marketing-campaigns"],
        "method": "web_form",
        "occurred_at": "2026-03-02T09:30:00Z",
        "published_by": "tests",
    }
    event |= more
    return {name: value for name, value in event.items() if value is not ...}


def jsonl(*events: dict[str, Any] | str) -> str:
    return "".join((event if isinstance(event, str) else json.dumps(event)) + "\n" for event in events)
