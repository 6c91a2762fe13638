"""A worker goes on, and ends in order, whatever happens to its own group, on which nothing of weight hangs."""

from __future__ import annotations

from pathlib import Path
from random import Random

from ownership_support import until

from streams.demo.cast import make_cast
from streams.demo.events import make_play
from streams.demo.process import STOP_LIMIT_S, WorkerProcess
from streams.demo.stage import Stage
from streams.ownership.tenure import now_micros

EVENTS = 20


async def launch(stage: Stage, name: str) -> WorkerProcess:
    """A worker that is the program of that name beside this file."""
    program = (str(Path(__file__).with_name(f"{name}.py")),)
    log_file = stage.directory / f"{name}.log"
    worker = await WorkerProcess.launch("w1", stage.settings.given(), log_file, program=program)
    stage.workers["w1"] = worker
    await worker.ready()
    return worker


async def make_it_read(stage: Stage) -> None:
    """There is something to commit: its own group reads the audit, too."""
    events = make_play(EVENTS, now_micros(), [stage.teller(Random(1))])
    await stage.publish(events)
    assert await stage.wait_settled(len(events), STOP_LIMIT_S)


async def test_an_unknown_error_in_answer_to_a_join_and_to_a_heartbeat(tmp_path: Path) -> None:
    async with Stage(tmp_path, make_cast(3, 1)) as stage:
        worker = await launch(stage, "refusing_group")

        async def heartbeats_are_good_again() -> bool:
            worker.check()
            answered = [line for line in worker.log_file.read_text().splitlines() if line.startswith("answered")]
            refused = [place for place, line in enumerate(answered) if line.endswith(" -1")]
            return len(refused) == 2 and "answered HeartbeatRequest 0" in answered[refused[-1] :]

        await until(heartbeats_are_good_again)
        await worker.ready()
    assert worker.log_file.read_text().count("own_group_failed") == 2


async def test_a_rebalance_during_the_stop(tmp_path: Path) -> None:
    async with Stage(tmp_path, make_cast(20, 1)) as stage:
        worker = await launch(stage, "closing_group")
        await make_it_read(stage)
        assert await stage.workers.pop("w1").stop(STOP_LIMIT_S) == 0
    assert "rebalanced at the stop" in worker.log_file.read_text()


async def test_a_stop_while_no_broker_answers(tmp_path: Path) -> None:
    async with Stage(tmp_path, make_cast(20, 1)) as stage:
        await (await stage.start_worker("w1")).ready()
        await make_it_read(stage)
        await stage.broker.kill()
        assert await stage.workers.pop("w1").stop(STOP_LIMIT_S) == 0
