"""What is wrong, named so that somebody can look at it."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, get_args

Kind = Literal["missing", "surplus", "late", "conflicting"]
KINDS: tuple[Kind, ...] = get_args(Kind)


class Finding(NamedTuple):
    """kind: missing (due, and not there), surplus (there, and not due), late, conflicting (not as it must be).

    at: when the event was received, or the record was written, µs. partition, offset: the record of the audit that
    shows it; offset None: none does. Nothing here names a person.
    """

    kind: Kind
    what: str
    at: int
    partition: int
    offset: int | None = None
    pid: str | None = None
    controller: str | None = None
    event_id: str | None = None
    lane: str | None = None
    recipient: str | None = None
    action: str | None = None
    delivery_id: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {"finding": self.kind} | {name: value for name, value in self._asdict().items() if name != "kind"}

    def __str__(self) -> str:
        about = (self.action, self.lane or self.recipient, self.event_id and f"of event {self.event_id}", self.pid)
        return f"{self.kind}: {' '.join(filter(None, about))} {self.what}"
