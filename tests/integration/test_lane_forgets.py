"""What a lane has kept to be sent again it lets go of in the end: by the worker's wall clock, three months later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lane_support import LaneUnderTest, lane_at
from ownership_support import until

from infra.sandbox import Fault, Person, Sandbox
from processors.closing.deadlines import KEPT_FOR
from streams.ownership.tenure import now_micros

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import KafkaUnderTest

    from streams.pipeline import Stage

ANN = Person(key="ann", email="ann@example.com", crm=("Contacts",))


class LaterLane(LaneUnderTest):
    """Its worker's wall clock is so far ahead, µs."""

    ahead = 0

    def stage(self, transport: Any) -> Stage:
        stage = super().stage(transport)
        self.bench.wall = lambda: now_micros() + self.ahead
        return stage


async def test_what_failed_is_let_go_when_its_time_is_over(kafka: KafkaUnderTest, tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path / "ledger.jsonl")
    await sandbox.start()
    sandbox.seed([ANN])
    sandbox.arm(Fault(kind="status", vendor="zoho_crm", status=400))
    plain = await lane_at(kafka.bootstrap, tmp_path, sandbox)
    lane = LaterLane(plain.settings, sandbox, plain.name, plain.config)
    await lane.deliver(lane.delivery(ANN, "withdraw"))
    async with lane.working():
        assert [word for _, word, _ in await lane.settled(1)] == ["failed"]
    lane.ahead = KEPT_FOR - 3_600_000_000
    async with lane.working("w2"):
        pass
    assert [entry.status for entry in (await lane.entries()).values()] == ["failed"]
    lane.ahead = KEPT_FOR

    async def gone() -> bool:
        return not await lane.entries()

    async with lane.working("w3"):
        await until(gone)
    assert [word for _, word, _ in await lane.outcomes()] == ["failed"]
    await sandbox.stop()
