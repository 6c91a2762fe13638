"""Two sets of legs of one event: those that were due, and those that the audit says were planned."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from processors.reconciling.finding import Kind
    from schemas.records import Leg

_ABOUT = ("purposes", "channels", "overtaken", "all_purposes", "due_at", "rule", "basis", "grants", "review_at")
"""What two legs for the same must have in common; what only explains them may change with a release."""
Key = tuple[str | None, ...]


class Difference(NamedTuple):
    kind: Kind
    leg: Leg
    what: str


def differences(due: Iterable[Leg], planned: Iterable[Leg]) -> Iterator[Difference]:
    ours, theirs = _by_key(due), _by_key(planned)
    for key, leg in ours.items():
        other = theirs.get(key)
        if other is None:
            yield Difference("missing", leg, f"{_said(leg)} was due, and was not planned")
        elif wrong := [name for name in _ABOUT if getattr(leg, name) != getattr(other, name)]:
            yield Difference("conflicting", other, f"{_said(other)} was planned with another {', '.join(wrong)}")
    for key, leg in theirs.items():
        if key not in ours:
            yield Difference("surplus", leg, f"{_said(leg)} was planned, and was not due")


def names_all(due: Iterable[Leg], planned: Iterable[Leg]) -> Iterator[Difference]:
    """As far as can be told where connections were others then: every recipient must be named."""
    named = {one for leg in planned for one in (leg.recipient or "").split("+")}
    for leg in due:
        if leg.kind != "none" and not named.issuperset((leg.recipient or "").split("+")):
            yield Difference("missing", leg, f"{_said(leg)} was due, and nothing was planned there")


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
