"""What stands for a person: cells of purpose × channel, each with its newest choice.

A cell may speak of all channels (`*`) and of all purposes of a kind of data: `*` for personal data, `service_data/*`
for a customer's data, so that a choice about the one never touches the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from schemas.policy import Policy
    from schemas.state import Choice

    Cells = Mapping[tuple[str, str], Choice]
    Bars = Mapping[str, int]

ALL = "*"
IMPORTS = ("import", "import_list")
"""How people come in by another system's word or on a bought list: no grant of theirs is the person's own."""
_NONE: Cells = {}
_NO_BARS: Bars = {}


def all_of(domain: str) -> str:
    """The purpose of a cell that speaks of every purpose of a kind of data."""
    return ALL if domain == "pii" else f"{domain}/{ALL}"


def is_lent(choice: Choice) -> bool:
    """Whether it is a grant without the person's own word: it counts only where they chose nothing themselves."""
    return choice.status == "granted" and (not choice.own or choice.method in IMPORTS)


def rank(choice: Choice) -> tuple[bool, int, bool]:
    """What a person chose and what protects them go before what is lent; later wins; then the more protective."""
    return not is_lent(choice), choice.occurred_at, choice.status == "withdrawn"


def precedence(choice: Choice) -> tuple[bool, int, bool, str]:
    """Rank, made total by the event's id: what is kept never depends on the order of arrival."""
    return *rank(choice), choice.event_id


# A loop, as any() with a generator takes twice the time, and this is asked for each event.
def _holds_wide(cells: Iterable[tuple[str, str]]) -> bool:
    for purpose, channel in cells:  # noqa: SIM110
        if channel == ALL or purpose[-1:] == ALL:
            return True
    return False


def _is_unaware(choice: Choice, purpose: str, known_since: int) -> bool:
    """A grant of all purposes from before this one was known."""
    return choice.status == "granted" and choice.purpose != purpose and choice.occurred_at < known_since


class Standing(NamedTuple):
    """The choices of one person, looked up as the policy groups purposes.

    bars: purpose → from when on a grant of it counts, µs; `planning.bars` says why.
    """

    policy: Policy
    cells: Cells
    bars: Bars = _NO_BARS

    @classmethod
    def of(cls, policy: Policy, choices: Collection[Choice], bars: Bars = _NO_BARS) -> Standing:
        """Keep the choice that counts of each cell, and no cell that a wider one covers whole."""
        return cls(policy, _NONE, bars).joined_by(choices) if choices else cls(policy, _NONE, bars)

    def joined_by(self, choices: Collection[Choice]) -> Standing:
        """What stands with these choices, too; the same as of all of them at once."""
        first = dict(self.cells)
        for choice in (*choices, *self._set_apart(choices)):
            key = (choice.purpose, choice.channel)
            other = first.get(key)
            if other is None or precedence(choice) > precedence(other):
                first[key] = choice
        if not _holds_wide(first):
            return Standing(self.policy, first, self.bars)
        full = Standing(self.policy, first)
        left = {key: choice for key, choice in first.items() if full.effective(*key) is choice}
        return Standing(self.policy, left, self.bars)

    def _set_apart(self, choices: Iterable[Choice]) -> Iterator[Choice]:
        """A withdrawal of everything stands in a cell of its own of each purpose that this version sets apart.

        A later grant of everything takes its wide cell and says nothing of them.
        """
        apart = self.policy.apart
        for choice in choices if apart else ():
            if choice.status == "withdrawn" and choice.purpose[-1:] == ALL:
                about = (purpose for purpose in apart if all_of(self.domain(purpose)) == choice.purpose)
                yield from (choice.changed(purpose=purpose) for purpose in about)

    def is_older_than(self, moment: int) -> bool:
        """Whether every choice is from before it, µs."""
        for choice in self.cells.values():  # noqa: SIM110 - a loop takes half the time of all()
            if choice.occurred_at >= moment:
                return False
        return True

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What the state keeps."""
        return tuple(self.cells[key] for key in sorted(self.cells))

    def effective(self, purpose: str, channel: str) -> Choice | None:
        """The one that counts of the up to four cells that speak of this purpose and channel.

        A grant of all purposes says nothing of one that came with a later version; a withdrawal of all does.
        """
        if not self.cells:
            return None
        wide = self._group(purpose)
        known_since = self.policy.added.get(purpose)
        get, newest = self.cells.get, None
        for key in ((purpose, channel), (purpose, ALL), (wide, channel), (wide, ALL)):
            found = get(key)
            if found is None or (known_since is not None and _is_unaware(found, purpose, known_since)):
                continue
            if newest is None or (found is not newest and precedence(found) > precedence(newest)):
                newest = found
        return newest

    @property
    def has_withdrawn(self) -> bool:
        return bool(self.bars) or any(choice.status == "withdrawn" for choice in self.cells.values())

    def is_withdrawn(self, purpose: str, channel: str) -> bool:
        """Whether nothing may be done there; so it is where nothing was chosen and something bars the purpose."""
        choice = self.effective(purpose, channel)
        if choice is None:
            return purpose in self.bars
        return choice.status == "withdrawn" or self._is_barred(purpose, choice)

    def granted(self, purpose: str, channel: str) -> Choice | None:
        """The grant that counts there."""
        choice = self.effective(purpose, channel)
        if choice is None or choice.status == "withdrawn" or self._is_barred(purpose, choice):
            return None
        return choice

    def _is_barred(self, purpose: str, choice: Choice) -> bool:
        """Only a person's own word goes past a bar."""
        bar = self.bars.get(purpose)
        return bar is not None and (choice.occurred_at < bar or is_lent(choice))

    def domain(self, purpose: str) -> str:
        """The kind of data that a cell's purpose is about; one that left the policy counts as personal data."""
        if purpose.endswith(f"/{ALL}"):
            return purpose.removesuffix(f"/{ALL}")
        known = self.policy.by_purpose.get(purpose)
        return "pii" if known is None else known.domain

    def _group(self, purpose: str) -> str:
        """The wider cell that speaks of it, too; none of a purpose that stands apart."""
        known = self.policy.by_purpose.get(purpose)
        if known is None:
            return purpose if purpose.endswith(ALL) else ALL
        return purpose if purpose in self.policy.apart else all_of(known.domain)
