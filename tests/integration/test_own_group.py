"""A worker goes on when its own group, on which nothing of weight hangs, is answered with errors that pass."""

from __future__ import annotations

from pathlib import Path

from ownership_support import until

from streams.demo.cast import make_cast
from streams.demo.process import WorkerProcess
from streams.demo.stage import Stage

PROGRAM = (str(Path(__file__).with_name("refusing_group.py")),)


async def test_an_unknown_error_in_answer_to_a_join_and_to_a_heartbeat(tmp_path: Path) -> None:
    async with Stage(tmp_path, make_cast(3, 1)) as stage:
        log_file = tmp_path / "refused.log"
        worker = await WorkerProcess.launch("refused", stage.settings.given(), log_file, program=PROGRAM)
        stage.workers["refused"] = worker
        await worker.ready()

        async def heartbeats_are_good_again() -> bool:
            worker.check()
            answered = [line for line in log_file.read_text().splitlines() if line.startswith("answered")]
            refused = [place for place, line in enumerate(answered) if line.endswith(" -1")]
            return len(refused) == 2 and "answered HeartbeatRequest 0" in answered[refused[-1] :]

        await until(heartbeats_are_good_again)
        await worker.ready()
    assert log_file.read_text().count("own_group_failed") == 2
