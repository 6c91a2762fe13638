"""Nothing acknowledged is lost, and every record is judged once and rightly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checker.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checker.case import Case
    from checker.rundir import Entry

_SAME = ("event_id", "kind", "subject_id", "occurred_at")


def lost(case: Case) -> Iterator[Finding]:
    sent = {line["n"]: _said(line["event"], line["value"]) for line in case.run.input}
    known = set(sent.values())
    log = {entry.here: entry for entry in case.run.log}
    for n, place in case.run.acked:
        entry = log.get(place)
        if entry is None:
            yield Finding("lost", "consent.events", None, f"input {n} is acknowledged as {place}, which isn't there")
        elif sent.get(n) not in _ways(entry):
            yield Finding("lost", "consent.events", None, f"{place} is not what was sent as input {n}")
    for entry in case.run.log:
        if not known & _ways(entry):
            yield Finding("lost", "consent.events", None, f"{entry.here} was sent by nobody")


def _ways(entry: Entry) -> set[tuple[object, ...]]:
    """As an event, and as it stands: poison may be readable."""
    return {_said(entry.event, entry.value), _said(None, entry.value)}


def _said(event: dict[str, Any] | None, value: str | None) -> tuple[object, ...]:
    """What an event says, as far as the input notes it; what is none, or is poison, stands as it is."""
    if event is None:
        return None, value or ""
    purposes = None if event["purposes"] in (None, "all") else tuple(event["purposes"])
    return tuple(event[name] for name in _SAME), purposes, tuple(event["channels"] or ())


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
