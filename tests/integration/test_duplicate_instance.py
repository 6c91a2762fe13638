"""Two workers on two machines go by one id: no lock can see it, so the group's answers must."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import hypothesis  # noqa: F401 - loaded late, in the middle of what the client's dropped futures tell, it fails
from ownership_support import Copy, fresh_role, settings_at, until
from structlog.testing import capture_logs

from streams.metrics.registry import Metrics
from streams.pipeline import Stage
from streams.services import Runner
from streams.status import Status

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import KafkaUnderTest


async def test_they_throw_each_other_out_and_that_raises_an_alarm(kafka: KafkaUnderTest, tmp_path: Path) -> None:
    settings = settings_at(kafka.bootstrap, tmp_path, session_s=4.0)
    role = await fresh_role(settings)
    stage = Stage(role, lambda partition: Copy(role, {}, partition))
    runners = [Runner(settings, stage, "one-id", Status(), Metrics()) for _ in range(2)]
    with capture_logs() as logs:
        running = [asyncio.create_task(runner.run()) for runner in runners]
        try:
            await until(lambda: "duplicate_instance" in {entry.get("alarm") for entry in logs})
        finally:
            for runner in runners:
                runner.stop()
            await asyncio.gather(*running)
