"""Every accepted event that asks something of people or vendors is one request, and stands as its legs say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.finding import Finding
from checker.requests import OPEN, closings, due, kept, last_ends

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checker.case import Case

_WHERE = "consent.requests"


def request(case: Case) -> Iterator[Finding]:
    """A run that has no such file was made without a closer."""
    if not (case.run.path / "requests.jsonl").exists():
        return
    found = kept(case.run)
    for partition, offset in sorted(last_ends(case).items()):
        if (read := found.read.get(partition, 0)) <= offset:
            what = f"partition {partition} of the audit is read to {read}, and something ended at {offset}"
            yield Finding("request", _WHERE, None, what)
    expected, facts = due(case, found.read), closings(case)
    for who, status in expected.items():
        stands = found.status.get(who, "nothing")
        if stands != status:
            yield Finding("request", _WHERE, who[0], f"the request {who[1]} stands as {stands}, not {status}")
        elif facts.get(who, 0) != (status != OPEN):
            what = f"the audit has closed it {facts.get(who, 0)} times more often than opened it again"
            yield Finding("request", _WHERE, who[0], f"the request {who[1]} is {status}, and {what}")
    for pid, event_id in found.status.keys() - expected.keys():
        yield Finding("request", _WHERE, pid, f"the request {event_id} was never asked for")
