"""An audit record and where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from schemas.kept import as_dict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemas.records import AuditRecord


class Fact(NamedTuple):
    """leaf: its hash in the partition's signed tree; None: nobody asked for it."""

    partition: int
    offset: int
    record: AuditRecord
    leaf: bytes | None = None

    @property
    def place(self) -> str:
        return f"{self.partition}@{self.offset}"

    def as_json(self) -> dict[str, Any]:
        return {"partition": self.partition, "offset": self.offset, **as_dict(self.record)}


def controller_of(facts: Iterable[Fact]) -> str | None:
    """The company that facts of one person are about; None: none of them names it."""
    # What was met elsewhere and what a command did to a delivery have the person and the event, and no controller.
    return next((fact.record.controller for fact in facts if fact.record.controller), None)
