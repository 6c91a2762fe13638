"""The demo with worker and broker killed in the middle of it: still nothing lost, doubled or out of order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from test_demo import left, run

from streams.demo.chaos import draw

if TYPE_CHECKING:
    from pathlib import Path

SEED = 4


def test_it_ends_well_although_worker_and_broker_are_killed_meanwhile(tmp_path: Path) -> None:
    code, out, err = run(tmp_path, "--chaos", "--json", "--events", "1000", "--people", "400", "--seed", str(SEED))
    assert code == 0, err
    result: dict[str, Any] = json.loads(out)
    assert (result["unaccounted"], result["vendor_mismatches"], result["mismatches"]) == (0, 0, [])
    events, chaos = result["events"], result["chaos"]
    judged = sum(events[kind] for kind in ("accepted", "stale", "duplicate", "rejected"))
    assert judged == events["published"] + chaos["published_twice"] == 1000 + chaos["published_twice"]
    assert [act["what"] for act in chaos["acts"]] == [act.what for act in draw(SEED)]
    assert all(0 < act["recovery_s"] < 60 for act in chaos["acts"])
    assert chaos["repeated_calls"] > 0, "no kill ever hit a call in the air: the run shows nothing"
    for act in draw(SEED):
        assert act.what in err
    assert f"seed {SEED}" in err
    assert left(tmp_path) == []
