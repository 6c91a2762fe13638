"""The demo with worker and broker killed in the middle of it: still nothing lost, doubled or out of order."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING, Any

from test_demo import PATIENCE_S, demo, left, run

from infra.kafka import broker_at
from streams.demo.chaos import BROKER_KILL, draw

if TYPE_CHECKING:
    from pathlib import Path

SEED = 4
BROKER_FIRST = 5


def test_it_ends_well_although_worker_and_broker_are_killed_meanwhile(tmp_path: Path) -> None:
    code, out, err = run(tmp_path, "--chaos", "--json", "--events", "1000", "--people", "400", "--seed", str(SEED))
    assert code == 0, err
    result: dict[str, Any] = json.loads(out)
    assert (result["unaccounted"], result["vendor_mismatches"], result["mismatches"]) == (0, 0, [])
    events, chaos = result["events"], result["chaos"]
    judged = sum(events[kind] for kind in ("accepted", "stale", "duplicate", "rejected"))
    assert judged == events["published"] + chaos["published_twice"] == 1000 + chaos["published_twice"]
    assert [act["what"] for act in chaos["acts"]] == [act.what for act in draw(SEED)]
    assert all(act["recovery_s"] > 0 for act in chaos["acts"])
    for act in draw(SEED):
        assert act.what in err
    assert f"seed {SEED}" in err
    assert left(tmp_path) == []


def test_an_interrupt_while_the_broker_is_away_leaves_nothing_running(tmp_path: Path) -> None:
    assert draw(BROKER_FIRST)[0].what == BROKER_KILL
    with demo(tmp_path, "--chaos", "--json", "--seed", str(BROKER_FIRST)) as process:
        assert process.stderr is not None
        assert any(line.endswith(f"s  {BROKER_KILL}\n") for line in process.stderr)
        (directory,) = tmp_path.glob("consent-relay-demo-*")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    assert broker_at(directory / "kafka") is None
    assert left(tmp_path) == []
