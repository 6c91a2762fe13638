"""What the demo's tests share: a small world, a log of one's own making, and a relay on paper that never errs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

import processors.vendors  # noqa: F401 - registers the adapters
from infra.sandbox import Person
from processors.lane import lanes_of
from processors.routing.desk import Desk
from processors.routing.incoming import Incoming
from processors.routing.route import route
from schemas.codec import encode
from schemas.connections import parse_config
from schemas.events import ConsentEvent
from schemas.ids import pid
from schemas.origin import Origin
from schemas.policy import load_policy
from schemas.sealing import Seals
from schemas.times import SECOND
from streams.demo.accounts import ACCOUNTS, lane_of, policy_of, terms
from streams.demo.cast import Cast, make_cast
from streams.demo.check import Found
from streams.demo.config import favourites
from streams.demo.events import Sent, make_events
from streams.demo.model import Entry, Expected, Place, World, expect, home
from streams.demo.model.expect import LegKey
from streams.demo.stories import Teller
from streams.demo.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from schemas.connections import RelayConfig
    from schemas.records import AuditRecord
    from schemas.state import SubjectState
    from streams.demo.model.vendor import Vendor

PARTITIONS = 4
PEPPER = b"p" * 32
NOW = 1_772_442_000 * SECOND
MINUTE = 60 * SECOND
POLICY = load_policy("oomnis")
CONFIG = parse_config(
    {
        "controllers": {name: {"policy": name} for name in ACCOUNTS},
        "connections": {
            lane_of(name, adapter): {"controller": name, "mode": "live", "adapter": adapter, "serves": recipients}
            for name, accounts in ACCOUNTS.items()
            for adapter, recipients in accounts.items()
        },
    },
    "tests",
)
LISTS = {"marketing-campaigns": "active", "surveys": "active"}
ANA = Person(key="c-1", email="ana@example.com", ga_client_id="1.1", crm=("Contacts", "Leads"), lists=LISTS)
BEN = Person(key="c-2", email="ben@example.com", ga_client_id="2.2", crm=(), lists={})
KINDS = {"grant": "consent.granted", "withdraw": "consent.withdrawn", "delete": "deletion.requested"}
pid_of = partial(pid, PEPPER, "oomnis")


def event(number: int, action: str, at: int = 0, purposes: Iterable[str] | None = None, **more: Any) -> ConsentEvent:
    """Ana's event `number`, which happened `at` minutes after an hour before NOW."""
    return ConsentEvent.parse(
        {
            "event_id": str(UUID(int=number)),
            "kind": KINDS.get(action, action),
            "controller": "oomnis",
            "subject_id": ANA.key,
            "identities": [{"type": "email", "value": ANA.email}],
            "purposes": None if purposes is None else tuple(purposes),
            "method": "web_form",
            "occurred_at": NOW - 60 * MINUTE + at * MINUTE,
            "published_by": "tests",
            **more,
        }
    )


@dataclass
class Log:
    """`consent.events`, a record a second from NOW on."""

    entries: list[Entry] = field(default_factory=list)

    def add(self, value: bytes | None, partition: int, origin: Entry | None = None) -> Entry:
        offset = sum(entry.here.partition == partition for entry in self.entries)
        at = NOW + len(self.entries) * SECOND if origin is None else origin.at
        entry = Entry(Place(partition, offset), value, at, None if origin is None else origin.here)
        self.entries.append(entry)
        return entry


def world(
    config: RelayConfig = CONFIG, people: Sequence[Person] = (ANA, BEN), whose: str = "oomnis", **more: Any
) -> World:
    policies = {name: policy_of(name) for name in config.controllers}
    return World(config, policies, PARTITIONS, {whose: people}, terms(), **more)


def told(*events: ConsentEvent | bytes | None, **more: Any) -> Expected:
    """What the model expects of these records, all on Ana's partition unless they say whose they are."""
    log = Log()
    for one in events:
        whose = one.subject_id if isinstance(one, ConsentEvent) else ANA.key
        log.add(encode(one) if isinstance(one, ConsentEvent) else one, home(whose, PARTITIONS))
    return expect(log.entries, world(**more))


def kinds(expected: Expected) -> list[str]:
    return [expected.verdicts[place].kind for place in sorted(expected.verdicts)]


def outcome(expected: Expected, number: int, lane: str, action: Any) -> str | None:
    leg = expected.legs.get(LegKey(str(UUID(int=number)), lane, action))
    return None if leg is None else leg.outcome


def holds(expected: Expected, vendor: str, person: Person = ANA) -> dict[str, Any]:
    return expected.accounts[person.key, vendor].holds()


def stream(
    count: int, seed: int, people: int = 100, now: int = NOW, whose: str = "oomnis"
) -> tuple[Cast, list[Sent]]:
    cast, policy = make_cast(people, seed, whose), policy_of(whose)
    return cast, make_events(count, now, Teller(cast, policy, favourites(policy, CONFIG), Random(seed)))


@dataclass
class PaperRelay:
    """The relay's own planning over a stream, and vendors that do exactly as the model expects: nothing differs."""

    cast: Cast
    events: list[Sent]
    log: Log = field(default_factory=Log)
    audit: list[AuditRecord] = field(default_factory=list)
    written: Counter[str] = field(default_factory=Counter)
    _states: dict[str, SubjectState] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._desk = Desk(CONFIG, lanes_of(CONFIG), PEPPER, Seals(PEPPER), lambda s: home(s, PARTITIONS))
        for sent in self.events:
            partition = (home(sent.subject_id, PARTITIONS) + sent.astray) % PARTITIONS
            self._route(self.log.add(sent.value, partition))
        broken = frozenset((vendor, person.key) for vendor, person in self.cast.broken)
        about = world(people=self.cast.people, whose=self.cast.controller, broken=broken)
        self.expected = expect(self.log.entries, about)
        self.audit += [self._outcome(record) for record in list(self.audit) for record in _due(record)]

    def _route(self, entry: Entry) -> None:
        origin = Origin(topic="consent.events", partition=entry.first.partition, offset=entry.first.offset)
        here = entry.here.partition
        incoming = Incoming(None, entry.value, origin, entry.at, forwarded=entry.origin is not None, partition=here)
        routed = route(incoming, self._desk, self._states.get)
        self.audit += routed.audit
        self.written.update(delivery.delivery_id for delivery in routed.deliveries)
        if routed.state:
            self._states[routed.state.pid] = routed.state
        if routed.home is not None:
            self._route(self.log.add(entry.value, routed.home, entry))

    def _outcome(self, due: AuditRecord) -> AuditRecord:
        leg = self.expected.legs.get(LegKey(due.event_id or "", due.lane or "", due.action))  # type: ignore[arg-type]
        return due.changed(outcome=leg.outcome if leg else "executed")

    def pid_of(self, subject_id: str) -> str:
        return pid(PEPPER, self.cast.controller, subject_id)

    def found(self) -> Found:
        tally = Tally.of(CONFIG)
        for record in self.audit:
            tally.take(record)
        vendors: dict[str, dict[str, Any]] = {person.key: {} for person in self.cast.people}
        ledger: list[dict[str, Any]] = []
        for (subject_id, vendor), account in self.expected.accounts.items():
            vendors[subject_id][vendor] = _state(account)
            for effect, purpose in (change for step in account.steps for change in sorted(step)):
                detail = {"purpose": purpose} if purpose else {}
                entry = {"vendor": vendor, "effect": effect, "people": [subject_id], "detail": detail}
                ledger.append({**entry, "request": f"{vendor} {effect} {purpose} {subject_id}", "at": len(ledger)})
        acknowledged = Counter((e.here.partition, e.value) for e in self.log.entries if e.origin is None)
        return Found(tally, vendors, ledger, Counter(self.written), list(self.log.entries), acknowledged)


def paper_relay(count: int = 300, seed: int = 1) -> PaperRelay:
    return PaperRelay(*stream(count, seed))


def _due(record: AuditRecord) -> list[AuditRecord]:
    """An outcome, still without its word, for each delivery of a planned event."""
    return [
        record.changed(
            kind="outcome",
            legs=None,
            delivery_id=leg.delivery_id,
            cycle=0,
            lane=leg.lane,
            action=leg.action,
            at=record.at + SECOND,
        )
        for leg in record.legs or ()
        if leg.kind == "delivery"
    ]


def _state(account: Vendor) -> dict[str, Any]:
    """What a vendor holds, as the sandbox words it."""
    held = account.holds()
    if "records" in held:
        records = [{"module": m, "opted_out": out, "in_bin": binned} for m, out, binned in held["records"]]
        return {"records": records, "workflows_fired": held["workflows_fired"]}
    if "deletion_requested" in held:
        return {"deletion_requested": "2026-03-02T09:00:00Z" if held["deletion_requested"] else None}
    return held
