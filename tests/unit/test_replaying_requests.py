"""A request that is rebuilt from the audit stands as the closer keeps it."""

from __future__ import annotations

from closing_support import BY, KEY, NOW, delivery, planned, request, told
from replaying_support import folded

from processors.closing import facts
from processors.closing.orders import extend
from schemas.records import Command
from schemas.times import DAY

ASKED = Command(
    command_id=BY.command_id, lane="closer", name="closer.extend", args={}, by=BY.by, reason=BY.reason, at=BY.at
)


def test_what_was_late_before_an_extension_was_carried_out_is_in_time_after_it() -> None:
    first = planned(delivery("a"), delivery("b", rule="fixed", due_at=None))
    book = told(first)
    book.elapse(NOW + 31 * DAY)
    late = book.collect().facts
    assert [one.kind for one in late] == ["request.overdue"] * 2
    before = request(book)
    after = extend(before, lambda _, leg: NOW + 60 * DAY if leg.due_at else None, BY)
    extended = facts.decided(after, "request.extended", ASKED, BY.at, after.legs[:1])
    rebuilt = folded([first, *late, extended]).requests.get(KEY)
    assert rebuilt == after
    assert folded([first, *late]).requests.get(KEY) == before
