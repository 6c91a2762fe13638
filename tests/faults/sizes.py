"""How much is done: a little in `make test`, all of it in `make faults`."""

from __future__ import annotations

import os

EVENTS = int(os.environ.get("FAULTS_EVENTS", "5000"))
KILLS = int(os.environ.get("FAULTS_KILLS", "4"))
WORKERS = tuple(f"w{number}" for number in range(1, 1 + int(os.environ.get("FAULTS_WORKERS", "2"))))
SEED = int(os.environ.get("SEED", "1"))
FEWER = EVENTS // 2
"""For tests whose faults take most of the time; some have less, docs/fault-tests.md has it all."""
BEYOND_SESSION_S = 13.0
"""With a session of 10 s."""
BROKER_FROZEN_S = float(os.environ.get("FAULTS_FROZEN", "13"))
"""At least: beyond all workers' sessions, and in `make faults` beyond the end of all transactions as well."""
SETTLE_S = 120.0 + EVENTS / 50
"""Generous: only a run that stands still takes so long."""
STOP_S = 90.0
"""A worker that is asked to end does so by itself before that, and tells why if it can't hand over."""
READY_S = 300.0
"""Generous, too: four workers may start at once on two slow processors."""
KEEP_S = 120.0 + EVENTS / 200
"""So long it is tried to write down of a failed run what the judge reads."""
