"""How many people a new version of a policy touches: by what stands for each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from processors.planning.bars import bars
from processors.planning.choices import Standing, all_of
from schemas.events import CHANNELS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemas.policy import Policy
    from schemas.state import SubjectState


class Touched(NamedTuple):
    """People for whom a grant, and people for whom a withdrawal, stands where the version changes something."""

    granted: int = 0
    withdrawn: int = 0


class Tally:
    """Counts one person after the other. `people`: how many; `touched`: by place of the policy file.

    Places that are about no purpose are left out.
    """

    def __init__(self, old: Policy, new: Policy, places: Iterable[str]) -> None:
        self.people = 0
        self._old, self._new = old, new
        self._about = {place: found for place in places if (found := _purposes(old, new, place))}
        self.touched = dict.fromkeys(self._about, Touched())

    def add(self, state: SubjectState) -> None:
        """state: what stands for a person under `old`."""
        self.people += 1
        standing = Standing.of(self._old, state.choices, bars(self._old, state.marks))
        for place, purposes in self._about.items():
            said = (any(_says(standing, self._new, p, word) for p in purposes) for word in _WORDS)
            self.touched[place] = Touched(*map(sum, zip(self.touched[place], said, strict=True)))


_WORDS = ("granted", "withdrawn")


def _purposes(old: Policy, new: Policy, place: str) -> tuple[str, ...]:
    table, _, rest = place.partition(".")
    if table == "recipients":
        return tuple(p for p in old.by_purpose if any(flow.to == rest for flow in old.flows.get(p, ())))
    purpose = rest.partition(".")[0]
    return (purpose,) if purpose in {*old.by_purpose, *new.by_purpose} else ()


def _says(standing: Standing, new: Policy, purpose: str, word: str) -> bool:
    """Whether such a choice stands on any channel; of a purpose that nobody could know, a choice about everything."""
    if purpose not in standing.policy.by_purpose:
        wide = all_of(new.by_purpose[purpose].domain)
        return any(choice.purpose == wide and choice.status == word for choice in standing.choices)
    looked_up = standing.granted if word == "granted" else standing.is_withdrawn
    return any(looked_up(purpose, channel) for channel in CHANNELS)
