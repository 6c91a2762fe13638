"""What a report says, as values: the same for JSON, CSV and the page. Moments are ISO 8601 in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from schemas.events import PROTECTIVE

if TYPE_CHECKING:
    from processors.reporting.words import Result, Standing


@dataclass(frozen=True, slots=True)
class Proof:
    """A record of the audit. place: partition@offset; leaf: its hash in that partition's signed tree, hex."""

    place: str
    record_id: str
    leaf: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """One rung that was reached, with what shows it; never a body, never an identity."""

    at: str
    outcome: str
    evidence: dict[str, Any] | None
    proof: Proof | None


@dataclass(frozen=True, slots=True)
class Deadline:
    """due_on: the date there where it is counted. mark: how sure the rule is; citation: of the law, None: our own.

    met: `met`, `late`, `not_done` (what is kept, too), `replaced` (by a newer instruction), `running` or `overdue`;
    met_at: when the leg ended, of the first two; met_on: the date then, in the place of due_on, so that what was in
    time never reads as a day late. extended: it was put off once.
    """

    due_at: str
    due_on: str
    rule: str | None
    mark: str | None
    citation: str | None
    address: str | None
    met: str
    met_at: str | None
    met_on: str | None
    extended: bool


@dataclass(frozen=True, slots=True)
class LegReport:
    """One thing that was due of somebody, or wasn't and why. recipient None: the company itself, but for a name.

    told_at: when the recipient was first called about it, as far as the audit says.
    acknowledged, executed, verified: three different things; None: it was not reached.
    """

    leg_id: str
    recipient: str | None
    name: str | None
    role: str | None
    lane: str | None
    vendor: str | None
    action: str | None
    task: str | None
    purposes: tuple[str, ...]
    channels: tuple[str, ...]
    continues: tuple[str, ...]
    basis: str | None
    result: Result
    standing: Standing
    says: str
    outcome: str | None
    reason: str | None
    since: str
    deadline: Deadline | None
    told_at: str | None
    acknowledged: Step | None
    executed: Step | None
    verified: Step | None
    attempts: int
    cycle: int
    conflict: str | None
    review_at: str | None
    backup_until: str | None
    proofs: tuple[Proof, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether it reached everyone, and whom not."""

    standing: Standing
    text: str


@dataclass(frozen=True, slots=True)
class MatterReport:
    """One event and what came of it. status: of the request; `stale`: nothing was due; of a grant, too."""

    event_id: str
    kind: str
    status: str
    summary: str
    verdict: Verdict
    reason: str | None
    purposes: tuple[str, ...] | None
    channels: tuple[str, ...]
    data_domain: str
    jurisdiction: str | None
    lawful_basis: str | None
    method: str
    expressed_by: str
    verified_by: dict[str, str] | None
    evidence: dict[str, Any] | None
    occurred_at: str
    received_at: str
    judged_at: str
    closed_at: str | None
    published_by: str
    supersedes: str | None
    policy: dict[str, str] | None
    extended: dict[str, str] | None
    cancelled: dict[str, str] | None
    legs: tuple[LegReport, ...]
    proof: Proof

    @property
    def is_confirmable(self) -> bool:
        """Whether it asks anybody to stop, erase or answer; a grant doesn't, nor does the end of a restriction."""
        return self.kind in PROTECTIVE


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline."""

    at: str
    who: str
    what: str
    detail: str
    event_id: str | None
    proof: Proof


@dataclass(frozen=True, slots=True)
class SignedHead:
    """The newest of a partition, as it says itself. origin: of which tree; None: there is none that can be read.

    size: records under it; key_ids: of who signed it, hex; records: of the report, in that partition; listed: those
    of them whose leaf it, or one before it, lists.
    """

    partition: int
    origin: str | None
    size: int
    at: str | None
    key_ids: tuple[str, ...]
    records: int
    listed: int


@dataclass(frozen=True, slots=True)
class Report:
    """All of one person, or one request of theirs. subject: the pseudonym, in which nobody is named.

    heads: none if nobody looked for them. verification: what was checked of it, in words.
    """

    controller: str
    company: str | None
    subject: str
    request: str | None
    made_at: str
    software: str
    policies: tuple[dict[str, str], ...]
    matters: tuple[MatterReport, ...]
    timeline: tuple[Entry, ...]
    heads: tuple[SignedHead, ...]
    verification: str
