"""The people whom the vendors know, and how an identity in a call leads back to one of them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

CrmModule = Literal["Leads", "Contacts"]
ListState = Literal["active", "pending", "unsub"]
BooksContact = Literal["free", "invoiced", "company", "colleague"]

# Where a made-up person stands in the CRM; a tenth stands nowhere, so that "unknown to the vendor" happens too.
_CRM_MIX: tuple[tuple[CrmModule, ...], ...] = (("Contacts",), ("Leads",), ("Leads", "Contacts"), ())
_CRM_WEIGHTS = (40, 25, 25, 10)
# And in the books, by turns: so that who is made at all doesn't hang on it.
_BOOKS: tuple[tuple[BooksContact, ...], ...] = (("free",), ("invoiced",), (), ("company",))
_FIRST = ("ada", "bruno", "chloe", "dmitri", "elif", "farid", "grete", "hana", "ines", "jonas")
_LAST = ("berg", "costa", "dubois", "eriksen", "ferrari", "green", "hoang", "ito", "jansen", "kaya")


class Person(BaseModel):
    """One person as the vendors hold them at the start.

    `key` is the test's own name for the person (a subject id, say) and is what state and ledger are asked by. `crm`
    names one module per record; `lists` maps a purpose to the state of that person's subscription. `books` has a
    word for each contact in the books: without transactions, with some, as a company's first contact person, or as
    its second, whom no search finds.
    `user_id`: the controller's own id, where its vendors of analytics get one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    email: str
    phone: str | None = None
    ga_client_id: str | None = None
    user_id: str | None = None
    crm: tuple[CrmModule, ...] = ("Contacts",)
    lists: Mapping[str, ListState] = {}
    books: tuple[BooksContact, ...] = ()

    def identities(self) -> tuple[str, ...]:
        """All names by which a vendor's call may mean this person, folded."""
        names = (self.key, self.email, self.phone, self.ga_client_id, self.user_id)
        return tuple(fold(name) for name in names if name)


def fold(identity: str) -> str:
    """One spelling per identity: vendors compare e-mail addresses without regard to case."""
    return identity.strip().casefold()


class People:
    """Everybody who was seeded, found by key or by any identity."""

    def __init__(self) -> None:
        self._by_identity: dict[str, Person] = {}
        self._by_key: dict[str, Person] = {}

    def add(self, person: Person) -> None:
        self._by_key[person.key] = person
        self._by_identity.update(dict.fromkeys(person.identities(), person))

    def find(self, name: str) -> Person | None:
        return self._by_identity.get(fold(name))

    def key_of(self, identity: str) -> str:
        """The person's key, or the identity itself where nobody was seeded with it."""
        person = self.find(identity)
        return person.key if person else identity

    def names(self, identities: Iterable[str]) -> set[str]:
        """Every folded name of the people whom `identities` mean."""
        names = {fold(identity) for identity in identities}
        for person in [self._by_identity[name] for name in names if name in self._by_identity]:
            names.update(person.identities())
        return names

    def all(self) -> list[Person]:
        return list(self._by_key.values())

    def clear(self) -> None:
        self._by_key.clear()
        self._by_identity.clear()


def make_people(
    count: int, seed: int = 0, who: str = "subject", lists: Sequence[str] = ("marketing-campaigns", "surveys")
) -> list[Person]:
    """`count` made-up people, the same for the same seed and `who`; of two such words no two people share a name.

    Addresses are under the reserved domain example.test. All are on these lists, if not all any more on the first.
    """
    rng = random.Random(f"{who}-{seed}")  # noqa: S311 - people are to be the same again, not unguessable
    return [_make(rng, f"{who}-{seed}", number, lists) for number in range(count)]


def _make(rng: random.Random, who: str, number: int, lists: Sequence[str]) -> Person:
    name = f"{rng.choice(_FIRST)}.{rng.choice(_LAST)}"
    states: dict[str, ListState] = dict.fromkeys(lists, "active")
    if lists:
        states[lists[0]] = rng.choice(("active", "active", "unsub"))
    return Person(
        key=f"{who}-{number}",
        email=f"{name}.{who}.{number}@example.test",
        ga_client_id=f"{rng.randrange(10**8, 10**10)}.{rng.randrange(1_600_000_000, 1_760_000_000)}",
        crm=rng.choices(_CRM_MIX, _CRM_WEIGHTS)[0],
        lists=states,
        books=_BOOKS[number % len(_BOOKS)],
    )
