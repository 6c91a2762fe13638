"""What the relay itself writes: deliveries, audit, dead letters, lane state, bookmarks, commands."""

from __future__ import annotations

from typing import Literal, get_args

from schemas.contract import PolicyRef, Sealed
from schemas.events import EvidenceLink, ExpressedBy, VerifiedBy
from schemas.kept import Kept
from schemas.origin import Origin
from schemas.times import Micros

Action = Literal["grant", "withdraw", "delete", "restrict", "correct", "collect"]
ACTIONS: tuple[Action, ...] = get_args(Action)


class Cell(Kept, frozen=True):
    """One purpose on one channel."""

    purpose: str
    channel: str


class Delivery(Kept, frozen=True, kw_only=True):
    """The message that carries a leg out on a lane. Its scope is purposes × channels without `overtaken`.

    names: of each identity in `sealed` a keyed hash, 16 bytes: whom two instructions of one person are about.
    told: the vendor knows it already, as it told us: what is older there is overtaken, and nothing is sent.
    """

    delivery_id: str
    cycle: int
    event_id: str
    pid: str
    controller: str
    lane: str
    action: Action
    purposes: tuple[str, ...]
    channels: tuple[str, ...]
    all_purposes: bool
    overtaken: tuple[Cell, ...] = ()
    sealed: Sealed | None
    received_at: Micros
    due_at: Micros
    rule: str
    occurred_at: Micros
    origin: Origin
    policy: PolicyRef
    names: tuple[bytes, ...] = ()
    told: bool = False

    @property
    def protective(self) -> bool:
        return self.action != "grant"


class Evidence(Kept, frozen=True):
    """What shows an outcome: never a body, never an identity. `vendor_limit_s` is the vendor's own time limit, s.

    response_sha256: of what the vendor answered or sent, an HMAC over its SHA-256 under the pepper; the bare SHA-256
    in records of older releases, and of what we sent to our own people.
    """

    status: int | None = None
    job_id: str | None = None
    response_sha256: str | None = None
    detail: str | None = None
    vendor_limit_s: int | None = None
    link: str | None = None


class Leg(Kept, frozen=True):
    """One thing that is due because of one event, or that is not due and why.

    kind: `delivery` goes to a lane; `task` is open work for a person, and `task` says what (None: whoever gets the
    data is not connected, see `outcome`); `none` is closed by planning itself, and `outcome` says how.
    mark: of the rule behind the deadline. continues: purposes that go on here, on `basis`. backup_until: by then the
    data is gone from the backups, too. reopens: event_id of the older deletion whose leg this is.
    """

    kind: Literal["delivery", "task", "none"]
    recipient: str | None
    lane: str | None = None
    vendor: str | None = None
    action: Action | None = None
    delivery_id: str | None = None
    purposes: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    all_purposes: bool = False
    overtaken: tuple[Cell, ...] = ()
    due_at: Micros | None = None
    rule: str | None = None
    outcome: str | None = None
    reason: str | None = None
    basis: str | None = None
    grants: tuple[str, ...] = ()
    task: str | None = None
    mark: str | None = None
    review_at: Micros | None = None
    backup_until: Micros | None = None
    continues: tuple[str, ...] = ()
    reopens: str | None = None


class Named(Kept, frozen=True):
    """That an event named identities, without them: a keyed digest of the set, hex, and its size sealed, bytes."""

    digest: str
    size: int


class EventFacts(Kept, frozen=True):
    """The event without anything that names the person. `occurred_at` as judged."""

    kind: str
    purposes: tuple[str, ...] | None
    channels: tuple[str, ...]
    data_domain: str
    jurisdiction: str | None
    lawful_basis: str | None
    expressed_by: ExpressedBy
    verified_by: VerifiedBy | None
    method: str
    evidence: EvidenceLink | None
    occurred_at: Micros
    received_at: Micros
    published_by: str
    supersedes: str | None
    content_hash: str
    until: Micros | None = None
    age: int | None = None
    named: Named | None = None
    vendors_told: bool | None = None


class CommandRef(Kept, frozen=True):
    command_id: str
    name: str
    by: str


class AuditRecord(Kept, frozen=True, kw_only=True):
    """One fact.

    kind: planned, duplicate, stale, rejected, forwarded, clock_corrected, outcome, cycle, command; or overtaken, with
    the leg as it is carried out after newer instructions took a part of it. review_at: of `retained`, when what the
    vendor must keep is looked at again.
    event: in `planned` and `stale`; in the cycle of a leg that a backfill brings, received with its command.
    """

    record_id: str
    kind: str
    at: Micros
    pid: str | None = None
    controller: str | None = None
    event_id: str | None = None
    event: EventFacts | None = None
    delivery_id: str | None = None
    cycle: int | None = None
    lane: str | None = None
    action: str | None = None
    legs: tuple[Leg, ...] | None = None
    outcome: str | None = None
    attempt: int | None = None
    reason: str | None = None
    field: str | None = None
    evidence: Evidence | None = None
    command: CommandRef | None = None
    policy: PolicyRef | None = None
    origin: Origin
    software: str
    review_at: Micros | None = None


class DeadLetter(Kept, frozen=True):
    """A record that could not be carried out. `sealed` holds the value byte for byte; None: it had none."""

    origin: Origin
    source: Literal["router", "lane"]
    reason: str
    field: str | None
    protective: bool
    sealed: Sealed | None
    sealed_key: Sealed | None
    at: Micros


LaneStatus = Literal[
    "attempted", "parked", "held", "waiting", "dry_run", "accepted", "verifying", "manual_task", "failed", "retained"
]


class LaneEntry(Kept, frozen=True):
    """One unfinished delivery of a lane. `refs`: the vendor's own record ids as sealed JSON.

    status: `accepted` has a job at the vendor, `verifying` is done and to be read back, `retained` begins anew at
    next_at, when the vendor need not keep it any more.
    next_at: when a parked one is tried again, or the vendor asked again; None: it waits for the person's instructions
    before it. offset: of its record in the lane's topic, which says the order of one person's instructions.
    job_id: the vendor's job, no identity; asked: how often the vendor was asked about it; until: by then the vendor
    should have done it, or need not be asked any more; reopened: how often it still had the person when asked.
    """

    delivery: Delivery
    status: LaneStatus
    attempt: int
    since: Micros
    next_at: Micros | None = None
    reason: str | None = None
    refs: Sealed | None = None
    offset: int | None = None
    job_id: str | None = None
    asked: int = 0
    until: Micros | None = None
    reopened: int = 0


class Bookmark(Kept, frozen=True, kw_only=True):
    """How far a partition has been worked: `offset` is the next to read, `settled` are done ones at or above it."""

    offset: int
    settled: tuple[int, ...] = ()
    at: Micros


class Command(Kept, frozen=True):
    command_id: str
    name: str
    lane: str | None
    args: dict[str, str]
    by: str
    reason: str
    at: Micros

    @property
    def ref(self) -> CommandRef:
        """What the audit says of it beside what it did."""
        return CommandRef(command_id=self.command_id, name=self.name, by=self.by)
