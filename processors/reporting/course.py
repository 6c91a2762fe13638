"""What became of a consent, event after event: by the rules by which each of them was judged when it came in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from processors.planning.bars import bars
from processors.planning.choices import Standing
from processors.replaying.people import JUDGED, after, nobody, policy_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from processors.planning.case import Cells
    from processors.reporting.fact import Fact
    from schemas.contract import PolicyRef
    from schemas.state import Choice, SubjectState


class Course(NamedTuple):
    """cells: where the event counted; spoke: event_ids of what chose something there, or ended what stood.

    left: how much of it is granted now.
    """

    cells: Cells
    spoke: frozenset[str | None]
    left: Literal["all", "part", "none"]


def course(facts: Iterable[Fact], event_id: str, cells: Cells) -> Course:
    """How these purposes and channels stand, which an event is about.

    facts: of one person, in the order in which they were taken in.

    Raises:
        PolicyError: this release hasn't got a version that one of them was judged by.

    """
    spoke: set[str | None] = set()
    granted: Cells = frozenset()
    state: SubjectState | None = None
    for record in (fact.record for fact in facts):
        if record.kind not in JUDGED or record.event is None or record.policy is None:
            continue
        before = state or nobody(record.pid or "", record.controller or "")
        state = after(record, record.event, before).state
        standing, own = _standing(state, record.policy), record.event_id
        if own == event_id:
            moment = record.event.occurred_at
            cells = frozenset(cell for cell in cells if not _is_older(standing.effective(*cell), moment))
        stand = frozenset(cell for cell in cells if standing.granted(*cell))
        if granted - stand or any(one and one.event_id == own for one in (standing.effective(*c) for c in cells)):
            spoke.add(own)
        granted = stand
    return Course(cells, frozenset(spoke), "none" if not granted else "all" if granted == cells else "part")


def _is_older(choice: Choice | None, moment: int) -> bool:
    """A person's own choice goes before a later grant that isn't their own word."""
    return choice is not None and choice.occurred_at < moment


def _standing(state: SubjectState, ref: PolicyRef) -> Standing:
    """A restriction ends no consent: what is consented to waits until it is lifted."""
    policy, _ = policy_of(ref)
    return Standing.of(policy, state.choices, bars(policy, tuple(m for m in state.marks if m.kind != "restriction")))
