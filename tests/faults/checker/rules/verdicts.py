"""Nothing acknowledged is lost, and every record is judged once and rightly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checker.case import Case
    from checker.rundir import Entry


def lost(case: Case) -> Iterator[Finding]:
    sent = {line["n"]: line for line in case.run.input}
    log = {entry.here: entry for entry in case.run.log}
    for n, place in case.run.acked:
        entry = log.get(place)
        if entry is None:
            yield Finding("lost", "consent.events", None, f"input {n} is acknowledged as {place}, which isn't there")
        elif n not in sent or not _is_it(entry, sent[n]["event"], sent[n]["value"]):
            yield Finding("lost", "consent.events", None, f"{place} is not what was sent as input {n}")


def _is_it(entry: Entry, event: dict[str, str] | None, value: str | None) -> bool:
    if event is None:
        return entry.value == value
    return entry.event is not None and entry.event["event_id"] == event["event_id"]


def verdict(case: Case) -> Iterator[Finding]:
    due, found = case.oracle.verdicts, case.audit.verdicts
    for place in sorted(due.keys() | found.keys()):
        got = found.get(place, [])
        if got != [due.get(place)]:
            want = f"{due.get(place, 'nowhere')} once"
            yield Finding("verdict", "audit", None, f"{place} should be {want}, is {', '.join(got) or 'missing'}")
    for place in sorted(case.oracle.forwarded | case.audit.forwarded.keys()):
        times = case.audit.forwarded[place]
        if times != (place in case.oracle.forwarded):
            yield Finding("verdict", "audit", None, f"{place} was forwarded {times} times")
