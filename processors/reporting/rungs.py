"""How far a leg got, by the audit's own words: told, acknowledged, executed, verified."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processors.closing.facts import TASK_DONE
from processors.reporting.model import Proof, Step
from processors.reporting.words import discreet
from schemas.kept import stated
from schemas.times import iso

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from typing import Any

    from processors.reporting.fact import Fact
    from schemas.records import Evidence

_TOLD = frozenset({"attempted", "accepted", "executed", "verified", "no_match"})
ACKNOWLEDGED = frozenset({"accepted", "executed", "verified", "no_match"})
EXECUTED = frozenset({"executed", "verified", "done"})
VERIFIED = frozenset({"verified"})


def proof_of(fact: Fact) -> Proof:
    return Proof(fact.place, fact.record.record_id, fact.leaf.hex() if fact.leaf else None)


def told_at(facts: Sequence[Fact]) -> str | None:
    """When the recipient was first called, as far as the audit says: not every try is written down."""
    step = reached(facts, _TOLD, 0)
    return step.at if step else None


def reached(facts: Sequence[Fact], words: Collection[str], cycle: int) -> Step | None:
    """The first word of these in the leg's newest cycle."""
    return next((_step(fact) for fact in facts if _word(fact) in words and _is_of(fact, cycle)), None)


def _is_of(fact: Fact, cycle: int) -> bool:
    """A task that was done begins no more, so that is always of its newest cycle: older releases didn't say which."""
    return fact.record.kind == TASK_DONE or (fact.record.cycle or 0) >= cycle


def _word(fact: Fact) -> str | None:
    """What a record says of a leg; None: it is about something else, such as that time has run out."""
    return fact.record.outcome if fact.record.kind in {"outcome", TASK_DONE} else None


def _step(fact: Fact) -> Step:
    record = fact.record
    return Step(iso(record.at), record.outcome or "", evidence_of(record.evidence), proof_of(fact))


def evidence_of(evidence: Evidence | None) -> dict[str, Any] | None:
    if evidence is None:
        return None
    return cleaned(stated(evidence), discreet) or None


def cleaned(values: dict[str, Any], clean: Callable[[str | None], str | None]) -> dict[str, Any]:
    return {name: clean(value) if isinstance(value, str) else value for name, value in values.items()}
