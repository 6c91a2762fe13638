"""What operators want of one lane partition: found in `consent.control`, carried out once, and told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from schemas.errors import DataError
from streams.control import NONSENSE, REFUSED, UNKNOWN, log_word, told
from streams.lanes.orders.post import Post, Unfinished
from streams.lanes.orders.table import families_of
from streams.ownership.tenure import CONTROL_KEY
from streams.wire import audit_out

if TYPE_CHECKING:
    from processors.delivering.core import Core
    from processors.delivering.job import Now
    from streams.control import Given
    from streams.lanes.bench import Bench
    from streams.lanes.hold_lookup import HoldLookup
    from streams.outbox import Out
    from streams.ownership.tenure import Tenure

log = structlog.get_logger()


class Foreman:
    """For one tenure. The core does at once what is wanted; what `outs` gives must be in the next transaction."""

    def __init__(self, bench: Bench, core: Core, tenure: Tenure, lookup: HoldLookup) -> None:
        looked = tenure.marked(CONTROL_KEY)
        self._looked = looked.offset if looked else 0
        self._role = bench.role
        self._post = Post(bench, core, tenure, lookup)
        families = families_of(self._post)
        self._acts = {name: act for family in families for name, act in family.acts.items()}
        self._watches = [family.watch for family in families if family.watch]
        self._halfway = False

    def look(self, now: Now) -> bool:
        """Carry out what has been given since, and see to the core; whether anything was done.

        What is too much for one transaction goes on when that is on its way, and what waits for an answer when that
        is there; the commands behind it wait, too.
        """
        bench, obeyed = self._post.bench, False
        while not self._halfway and (given := bench.control.next(self._role, self._looked)):
            came = self._done(given, now)
            if came is Unfinished.ASKING:
                break
            obeyed = True
            if came is Unfinished.MORE:
                self._halfway = True
            else:
                self._tell(given, came, now)
        did = [watch(now) for watch in self._watches]
        return obeyed or any(did)

    def outs(self) -> list[Out]:
        """Marks and audit of what was carried out."""
        self._halfway = False
        outs, self._post.outs = self._post.outs, []
        return outs

    def _tell(self, given: Given, detail: str, now: Now) -> None:
        bench, tenure = self._post.bench, self._post.tenure
        self._looked = given.offset + 1
        self._post.outs += [
            audit_out(told(given, bench.role, tenure.partition, detail, now.wall), tenure.partition),
            tenure.mark(CONTROL_KEY, self._looked),
        ]
        log.warning(log_word(detail), offset=given.offset, detail=detail, lane=bench.name, partition=tenure.partition)

    def _done(self, given: Given, now: Now) -> str | Unfinished:
        """What came of it. A command that we don't know isn't kept for later: its giver is told so."""
        act = self._acts.get(given.command.name)
        if act is None:
            return UNKNOWN
        try:
            return act(given, now)
        except (ValueError, LookupError):
            return NONSENSE
        except DataError as error:
            return f"{REFUSED}: the state of somebody it is about can't be read ({error.reason})"
