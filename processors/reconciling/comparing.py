"""Two sets of legs of one event: those that were due, and those that the audit says were planned."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from processors.reconciling.finding import Kind
    from schemas.records import Leg

_ABOUT = ("purposes", "channels", "overtaken", "all_purposes", "due_at", "rule", "basis", "grants", "review_at")
"""What two legs for the same must have in common; what only explains them may change with a release."""
_OF_THE_EVENT = frozenset({"due_at", "rule", "basis"})
"""Of these, what no earlier choice of the person has a say in."""
Key = tuple[str | None, ...]


class Difference(NamedTuple):
    """fields: in which a leg that was due and planned differs."""

    kind: Kind
    leg: Leg
    what: str
    fields: tuple[str, ...] = ()


def differences(due: Iterable[Leg], planned: Iterable[Leg]) -> Iterator[Difference]:
    ours, theirs = _by_key(due), _by_key(planned)
    for key, leg in ours.items():
        other = theirs.get(key)
        if other is None:
            yield Difference("missing", leg, f"{_said(leg)} was due, and was not planned")
        elif wrong := [name for name in _ABOUT if getattr(leg, name) != getattr(other, name)]:
            what = f"{_said(other)} was planned with another {', '.join(wrong)}"
            yield Difference("conflicting", other, what, tuple(wrong))
    for key, leg in theirs.items():
        if key not in ours:
            yield Difference("surplus", leg, f"{_said(leg)} was planned, and was not due")


def names_all(due: Iterable[Leg], planned: Iterable[Leg]) -> Iterator[Difference]:
    """As far as can be told where connections were others then: every recipient must be named."""
    for leg in unnamed_legs(due, planned):
        yield Difference("missing", leg, f"{_said(leg)} was due, and nothing was planned there")


def whatever_was_before(due: Iterable[Leg], planned: Iterable[Leg]) -> Iterator[Difference]:
    """As far as can be told where the person may have chosen otherwise before the audit begins."""
    yield from names_all(due, planned)
    for one in differences(due, planned):
        if one.kind == "conflicting" and not _OF_THE_EVENT.isdisjoint(one.fields):
            yield one


def unnamed_legs(due: Iterable[Leg], planned: Iterable[Leg]) -> Iterator[Leg]:
    """Those with something to do at a recipient for whom nothing was planned."""
    named = {one for leg in planned for one in (leg.recipient or "").split("+")}
    for leg in due:
        if leg.kind != "none" and not named.issuperset((leg.recipient or "").split("+")):
            yield leg


def kind_of(due: str, was: str) -> Kind:
    """Of a verdict that was another than was due."""
    if due == "planned":
        return "missing"
    return "surplus" if was == "planned" else "conflicting"


def _by_key(legs: Iterable[Leg]) -> dict[Key, Leg]:
    found: dict[Key, Leg] = {}
    for leg in legs:
        key: Key = (leg.kind, leg.delivery_id)
        if leg.delivery_id is None or leg.kind == "none":
            key = (leg.kind, leg.recipient, leg.lane, leg.action, leg.task, leg.outcome, leg.reason)
        found[(*key, str(sum(known[: len(key)] == key for known in found)))] = leg
    return found


def _said(leg: Leg) -> str:
    what = {"delivery": "a delivery", "task": f"a task ({leg.task or leg.outcome})"}
    return what.get(leg.kind, f"a leg that is {leg.outcome}")
