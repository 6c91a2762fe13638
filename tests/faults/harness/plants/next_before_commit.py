"""A person's next instruction begins while the outcome of the one before is not committed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.patching import patch

from processors.delivering.lines import Line

if TYPE_CHECKING:
    from processors.delivering.job import Job


def _ready(line: Line) -> Job | None:
    job = line.next if line.calling is None else None
    return job if job is not None and job.until is None else None


def plant() -> None:
    patch(Line, "ready", lambda _: property(_ready))
