"""A small run as its directory holds it, made by hand: what a checker must find nothing wrong with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

SECOND = 1_000_000
BEGAN = 1_700_000_000 * SECOND
LANES = {"crm": "zoho_crm", "mail": "zoho_campaigns", "web": "google_analytics"}
RELAY = """
[controllers.oomnis]
policy = "oomnis"
[connections.crm]
controller = "oomnis"
adapter = "zoho_crm"
serves = ["zoho-one/crm"]
mode = "live"
[connections.mail]
controller = "oomnis"
adapter = "zoho_campaigns"
serves = ["zoho-one/marketing"]
mode = "live"
[connections.web]
controller = "oomnis"
adapter = "google_analytics"
serves = ["google-analytics"]
mode = "live"
"""
Line = dict[str, Any]
_IN_ONE: Line = {"partition": 0, "bookmark": None, "record": None}


class MadeRun:
    """Lists of lines, to be changed in one way before `write`. Second n of the run is BEGAN + n s."""

    def __init__(self) -> None:
        self.input: list[Line] = []
        self.acked: list[Line] = []
        self.events: list[Line] = []
        self.audit: list[Line] = []
        self.faults: list[Line] = []
        self.farewells: list[Line] = [{"at": BEGAN + 60 * SECOND, "whom": "w1", "code": 0}]
        self.calls: dict[str, list[Line]] = {lane: [] for lane in LANES}
        self.ledger: dict[str, list[Line]] = {lane: [] for lane in LANES}
        self.people = [_person("anna-0001", "anna@example.test"), _person("boris-0002", "boris@example.test")]
        self.vendors: dict[str, dict[str, Line]] = {lane: {} for lane in LANES}
        self.expect: Line = {"policy": "oomnis", "pids": {"anna-0001": "p1.anna", "boris-0002": "p1.boris"}}
        self.expect |= {"partitions": 1, "open": []}
        self.requests: list[Line] | None = None
        self.deliveries: dict[str, list[Line]] = {lane: [] for lane in LANES}
        self.lane_state: dict[str, list[Line]] = {lane: [] for lane in LANES}
        self.log = "worker w1 is ready\n"
        self.now = 0

    def say(self, kind: str, who: str, second: int, **scope: Any) -> str:
        """An event, said and taken in at that second and judged at once; how it ends is told 0.9 s later. Its id."""
        event_id = f"{kind.split('.')[1]}-{who[:4]}-{second}"
        email = {"type": "email", "format": "raw", "value": f"{who[:-5]}@example.test"}
        client = {"type": "ga_client_id", "format": "raw", "value": f"{who}.ga"}
        event = {
            "event_id": event_id, "kind": kind, "controller": "oomnis", "subject_id": who, "purposes": None,
            "channels": [], "identities": [email, client], "sealed": None, "policy_id": None, "policy_version": None,
            "jurisdiction": None, "method": "api", "occurred_at": BEGAN + second * SECOND, "received_at": None,
        }  # fmt: skip
        self.now = second
        self.publish({**event, **scope}, f"bytes of {event_id}")
        return event_id

    def publish(self, event: Line | None, value: str) -> None:
        n = len(self.events)
        self.input.append({"n": n, "partition": 0, "event": event, "value": None if event else value})
        self.acked.append({"n": n, "partition": 0, "offset": n})
        at_ms = BEGAN // 1000 + self.now * 1000
        self.events.append({"partition": 0, "offset": n, "timestamp": at_ms, "value": value, "event": event})

    def judge(self, verdict: str, event_id: str | None, pid: str | None, *legs: Line) -> None:
        """The verdict on the record published last."""
        origin = {"partition": 0, "offset": len(self.events) - 1}
        self._tell({"kind": verdict, "event_id": event_id, "pid": pid, "legs": list(legs), "origin": origin}, 0)

    def end(self, event_id: str, lane: str, action: str, outcome: str, **more: Any) -> None:
        about = {"event_id": event_id, "lane": lane, "action": action, "delivery_id": f"{event_id}/{lane}/{action}"}
        told = {"kind": "outcome", "outcome": outcome, "cycle": 0, "attempt": 1, "reason": None, "legs": None}
        self._tell({**about, **told, "origin": {"partition": 0, "offset": 0}, **more}, 900)

    def close(self, event_id: str, pid: str) -> None:
        """The audit says that a request is closed."""
        told = {"kind": "request.closed", "event_id": event_id, "pid": pid, "record_id": f"closed {event_id}"}
        self._tell({**told, "legs": None, "origin": {"partition": 0, "offset": 0}}, 950)

    def file(self, event_id: str, pid: str, status: str | None) -> None:
        """A request as it is kept from now on; None: not any more."""
        record = status and {"pid": pid, "event_id": event_id, "status": status}
        self.requests = [*(self.requests or []), {**_IN_ONE, "key": f"{pid}|{event_id}", "record": record}]

    def read_to(self, offset: int) -> None:
        """So far the audit was read for the requests."""
        self.requests = [*(self.requests or []), {**_IN_ONE, "key": "!offset", "bookmark": {"offset": offset}}]

    def hand_on(self, lane: str, delivery_id: str) -> None:
        """The next record of a lane's topic."""
        topic = self.deliveries[lane]
        topic.append({"partition": 0, "offset": len(topic), "record": {"delivery_id": delivery_id}})

    def keep(self, lane: str, delivery_id: str, status: str | None) -> None:
        """A delivery as the lane's state keeps it from now on; None: not any more."""
        record = status and {"delivery": {"delivery_id": delivery_id}, "status": status}
        self.lane_state[lane].append({**_IN_ONE, "key": f"p1.x|{delivery_id}", "record": record})

    def work_to(self, lane: str, offset: int, *settled: int) -> None:
        """So far a lane's topic was worked, and what is settled above that."""
        bookmark = {"offset": offset, "settled": list(settled)}
        self.lane_state[lane].append({**_IN_ONE, "key": "!offset", "bookmark": bookmark})

    def call(self, lane: str, who: str, second: float, effect: str, **detail: Any) -> None:
        """An accepted call."""
        at = BEGAN + round(second * SECOND)
        request = f"{effect} {who} {detail}"
        entry = {"at": at, "vendor": LANES[lane], "effect": effect, "people": [who], "request": request}
        self.ledger[lane].append({**entry, "detail": detail})
        self.calls.setdefault(lane, []).append({"at": at, "vendor": LANES[lane], "verb": effect})

    def _tell(self, record: Line, after_ms: int) -> None:
        offset, at_ms = len(self.audit), BEGAN // 1000 + self.now * 1000 + after_ms
        base = {"delivery_id": None, "cycle": None, "attempt": None, "outcome": None, "lane": None, "action": None}
        self.audit.append({"partition": 0, "offset": offset, "timestamp": at_ms, "record": {**base, **record}})

    def write(self, path: Path) -> Path:
        for name in ("input", "acked", "events", "audit", "faults", "farewells"):
            _lines(path / f"{name}.jsonl", getattr(self, name))
        if self.requests is not None:
            _lines(path / "requests.jsonl", self.requests)
        for lane in LANES:
            _lines(path / "ledger" / f"{lane}.jsonl", self.ledger[lane])
            _lines(path / "calls" / f"{lane}.jsonl", self.calls.get(lane, []))
            _lines(path / "deliveries" / f"{lane}.jsonl", self.deliveries[lane])
            _lines(path / "lane-state" / f"{lane}.jsonl", self.lane_state[lane])
        for name in ("people", "vendors", "expect"):
            (path / f"{name}.json").write_text(json.dumps(getattr(self, name)))
        (path / "relay.toml").write_text(RELAY)
        (path / "logs").mkdir(exist_ok=True)
        (path / "logs" / "w1.1.log").write_text(self.log)
        return path


def leg(event_id: str, lane: str, action: str, *cells: tuple[str, str], **more: Any) -> Line:
    """A planned delivery: each cell a purpose and a channel."""
    scope = {"purposes": sorted({p for p, _ in cells}), "channels": sorted({c for _, c in cells})}
    about = {"kind": "delivery", "lane": lane, "action": action, "delivery_id": f"{event_id}/{lane}/{action}"}
    return {**about, **scope, "all_purposes": False, "overtaken": [], **more}


def _person(key: str, email: str) -> Line:
    return {
        "key": key,
        "email": email,
        "ga_client_id": f"{key}.ga",
        "crm": ["Contacts"],
        "lists": {"surveys": "active"},
    }


def _lines(path: Path, lines: list[Line]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
