"""What the closer keeps of one person's request: its legs, each with how it stands. In `consent.requests`."""

from __future__ import annotations

from typing import Literal

from schemas.contract import PolicyRef
from schemas.kept import Kept
from schemas.origin import Origin
from schemas.records import Evidence
from schemas.times import Micros

RequestStatus = Literal["open", "completed", "completed_with_exceptions"]


class RequestLeg(Kept, frozen=True, kw_only=True):
    """One thing that is due because of the request, or that is not due and why.

    leg_id: its delivery_id; of a task, which has none, an id of its own. outcome: the newest word of its newest
    cycle; None: nothing was told yet. final: that word ends it. at: since when it is so; of an end, since the end.
    overdue_at: when it was told that it is late. conflict: another final word of the same cycle that contradicts it.
    proof: shows that a task is done. task, mark, review_at, backup_until: as in the plan.
    """

    leg_id: str
    kind: Literal["delivery", "task", "none"]
    recipient: str | None
    lane: str | None
    vendor: str | None
    action: str | None
    task: str | None = None
    due_at: Micros | None
    rule: str | None
    mark: str | None = None
    review_at: Micros | None = None
    backup_until: Micros | None = None
    cycle: int = 0
    outcome: str | None
    final: bool
    reason: str | None
    at: Micros
    overdue_at: Micros | None = None
    conflict: str | None = None
    proof: Evidence | None = None

    @property
    def what(self) -> str | None:
        """What is asked and, of work by hand, how: `delete (web_form)`."""
        if self.action is None or self.task in {None, self.action}:
            return self.task or self.action
        return f"{self.action} ({self.task})"


class Decision(Kept, frozen=True):
    """What an operator has decided about a request, and why."""

    command_id: str
    by: str
    reason: str
    at: Micros


class Request(Kept, frozen=True):
    """What one event asks of everybody. closings: how often it was closed, as a new cycle opens it again.

    jurisdiction, channels, occurred_at: as the event said it, for what the law lets be put off.
    """

    pid: str
    controller: str
    event_id: str
    kind: str
    jurisdiction: str | None
    channels: tuple[str, ...]
    occurred_at: Micros
    received_at: Micros
    opened_at: Micros
    origin: Origin
    policy: PolicyRef | None
    legs: tuple[RequestLeg, ...]
    status: RequestStatus = "open"
    closed_at: Micros | None = None
    closings: int = 0
    overdue_at: Micros | None = None
    extended: Decision | None = None
    cancelled: Decision | None = None

    @property
    def key(self) -> str:
        """Under which it is kept."""
        return f"{self.pid}|{self.event_id}"

    @property
    def is_open(self) -> bool:
        return self.status == "open"

    @property
    def pending(self) -> tuple[RequestLeg, ...]:
        """The legs without an end."""
        return tuple(leg for leg in self.legs if not leg.final)
