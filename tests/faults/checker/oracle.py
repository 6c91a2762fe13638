"""What had to come of the log: a verdict on each record, and what each connection was due to be told, in order."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiokafka.partitioner import murmur2

from checker.clock import believed
from checker.desk import Desk, Due, Key, Said
from checker.kinds import KINDS
from checker.life import Life
from checker.ways import WAYS

if TYPE_CHECKING:
    from checker.rundir import Entry, Place, Run


@dataclass
class Oracle:
    """dues: in the order in which they were due. forwarded: records that stood in a foreign partition."""

    verdicts: dict[Place, str] = field(default_factory=dict)
    forwarded: set[Place] = field(default_factory=set)
    dues: dict[Key, Due] = field(default_factory=dict)


def foresee(run: Run) -> Oracle:
    telling = _Telling(run)
    for entry in run.log:
        telling.take(entry)
    return telling.oracle


class _Telling:
    def __init__(self, run: Run) -> None:
        self._policy = run.policy
        self._desk = Desk(run.policy, list(run.connections.values()))
        self.oracle = Oracle(dues=self._desk.dues)
        self._controllers = set(run.config["controllers"])
        self._partitions = run.expect.get("partitions", 4)
        self._poison = {line["value"] for line in run.input if line["event"] is None}
        self._lives: dict[str, Life] = defaultdict(Life)

    def take(self, entry: Entry) -> None:
        event = entry.event
        if event is None or entry.value in self._poison:
            self.oracle.verdicts[entry.first] = "rejected"
        elif self._home(event["subject_id"]) != entry.here.partition:
            self.oracle.forwarded.add(entry.here)
        else:
            self.oracle.verdicts[entry.first] = self._judge(event, entry.at)

    def _home(self, subject_id: str) -> int:
        return int((murmur2(subject_id.encode()) & 0x7FFFFFFF) % self._partitions)

    def _judge(self, event: dict[str, Any], log_at: int) -> str:
        kind = KINDS.get(event["kind"])
        if kind is None or self._is_foreign(event):
            return "rejected"
        life = self._lives[event["subject_id"]]
        content = json.dumps({**event, "received_at": None}, sort_keys=True, default=str)
        same = [other for event_id, other in life.recent if event_id == event["event_id"]]
        if same:
            return "duplicate" if content in same else "rejected"
        at = believed(event, log_at, protects=kind.protects or kind.way == "hold")
        if at is None or not set(event["purposes"] or ()) <= self._policy.purposes:
            return "rejected"
        life.recent.append((event["event_id"], content))
        return "planned" if WAYS[kind.way](Said(event, kind, at, life), self._desk) else "stale"

    def _is_foreign(self, event: dict[str, Any]) -> bool:
        """This relay can't judge it at all."""
        return (
            event["controller"] not in self._controllers
            or event["policy_id"] not in {None, self._policy.id}
            or event["policy_version"] not in {None, self._policy.version}
        )
