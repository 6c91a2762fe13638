"""Customer lists (audiences) of ads platforms: who is on which, by the hashes under which they were put there."""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from infra.sandbox.people import Person, fold
from infra.sandbox.vendor import Call, Vendor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from infra.sandbox.world import World


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class Audiences(Vendor):
    """An audience's id is the key of the purpose's mailing list; people are on those on which they are active."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._purposes = {mailing_list.key: purpose for purpose, mailing_list in world.mailing_lists.items()}
        self._on: dict[str, set[str]] = {key: set() for key in self._purposes}
        self._named: dict[str, str] = {}

    @abstractmethod
    def written(self, person: Person) -> Mapping[str, str]:
        """What the vendor hashes: kind of name → the name as it wants it written."""

    def seed(self, person: Person) -> None:
        """Who is named by the address as anybody writes it is known, too, though not on an audience by it."""
        hashes = [digest(name) for name in self.written(person).values()]
        self._named |= dict.fromkeys([*hashes, digest(fold(person.email))], fold(person.email))
        for key, purpose in self._purposes.items():
            if person.lists.get(purpose) == "active":
                self._on[key].update(hashes)

    def state(self, person: Person) -> dict[str, Any]:
        mine = {digest(name) for name in self.written(person).values()}
        on = {purpose: bool(mine & self._on[key]) for key, purpose in self._purposes.items()}
        return {"known": any(on.values()), "audiences": on}

    def clear(self) -> None:
        self._named.clear()
        for hashes in self._on.values():
            hashes.clear()

    def identities(self, call: Call) -> Sequence[str]:
        return [self._named.get(one, one) for one in self.hashes(call)]

    @abstractmethod
    def hashes(self, call: Call) -> Sequence[str]:
        """Those that a call names people by, whatever else is wrong with it."""

    def has(self, audience: str) -> bool:
        return audience in self._on

    def change(self, call: Call, audiences: Iterable[str] | None, hashes: Sequence[str], *, joins: bool) -> None:
        """Put them on these audiences, or take them off; None: off all that there are."""
        whom, effect = [self._named.get(one, one) for one in hashes], "grant" if joins else "withdraw"
        changed = {}
        for key in self._on if audiences is None else audiences:
            held = self._on[key]
            change = set(hashes) - held if joins else held & set(hashes)
            held.symmetric_difference_update(change)
            changed[self._purposes[key]] = bool(change)
        if audiences is None:
            changed = {"*": any(changed.values())}
        for purpose, is_news in changed.items():
            self.record(call, effect, whom, given=list(hashes), changed=is_news, purpose=purpose)
