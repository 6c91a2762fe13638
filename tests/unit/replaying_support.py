"""A made-up router run: what it wrote into the audit, and the state that it kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from routing_support import DESK, EMAIL, NOW, event, incoming

from processors.replaying.fold import Fold
from processors.replaying.rows import FILES, rows, tellable
from processors.routing.route import route
from schemas.codec import decode_own, encode
from schemas.kept import as_dict
from schemas.origin import Origin
from schemas.records import AuditRecord

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemas.events import ConsentEvent
    from schemas.state import SubjectState

KINDS = (
    "grant", "grant", "withdraw", "delete", "delete", "hold.placed", "hold.lifted", "optout.sale",
    "restriction.requested", "objection.raised", "access.requested",
)  # fmt: skip
PURPOSES = ("surveys", "campaign-analytics", "rights-defence")
PEOPLE = ("c-1001", "c-1002")


class Run:
    """Events as they come in, one a second."""

    def __init__(self, *events: ConsentEvent) -> None:
        self.states: dict[str, SubjectState] = {}
        self.log: list[AuditRecord] = []
        for offset, one in enumerate(events):
            place = Origin(topic="consent.events", partition=0, offset=offset)
            made = route(incoming(one, origin=place, partition=DESK.home(one.subject_id)), DESK, self.states.get)
            self.log += made.audit
            if made.state is not None:
                self.states[made.state.pid] = made.state


def folded(log: Iterable[AuditRecord], **more: Any) -> Fold:
    fold = Fold(**more)
    for offset, record in enumerate(log):
        fold.take(offset, decode_own(AuditRecord, encode(record)))
    return fold


def told(state: SubjectState) -> dict[str, Any]:
    """What the audit can tell of it."""
    return as_dict(tellable(state))


def lines(fold: Fold) -> dict[str, list[bytes]]:
    """By file."""
    made = list(rows(fold))
    return {name: [line for file, line in made if file == name] for name in FILES}


@st.composite
def histories(draw: st.DrawFn) -> list[ConsentEvent]:
    one = st.tuples(
        st.sampled_from(KINDS),
        st.integers(0, 9),
        st.none() | st.lists(st.sampled_from(PURPOSES), min_size=1, max_size=2, unique=True),
        st.sampled_from(PEOPLE),
        st.sampled_from(["web_form", "import"]),
        st.sampled_from([(), (EMAIL,), ({**EMAIL, "value": "j@example.net"},)]),
        st.integers(1, 40),
    )
    rows_drawn = draw(st.lists(one, min_size=1, max_size=9))
    return [made(*row) for row in rows_drawn]


def made(  # noqa: PLR0917 - one drawn row
    kind: str, at: int, purposes: list[str] | None, who: str, method: str, names: Any, number: int
) -> ConsentEvent:
    whole = kind in {"delete", "access.requested"}
    more = {"subject_id": who, "method": method, "identities": names}
    return event(number, kind, at, None if whole else purposes, **more)


__all__ = ["NOW", "Run", "folded", "histories", "lines", "told"]
