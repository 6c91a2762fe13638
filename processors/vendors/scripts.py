"""What an adapter is asked, and what it answers.

An action is a *script*, a generator: it yields a `Call` and is sent the `Reply`; it returns a `Result`. What went
wrong with the call is thrown into it as a VendorError. Several calls, made side by side, are answered by a tuple in
their order, each a Reply or the VendorError: one failure says nothing about the others (`all_good` is for those who
need every one). A script does no input or output, so a test drives it by hand, and the engine drives it over HTTP.
A script that must leave a trace before an act that can't be repeated yields a `Note` (or several): the engine goes on
only when they are committed, and hands them back as `Instruction.refs` if the act has to be done again. Whatever may
name a person (parameters, bodies, headers, identities) is left out of every repr.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from processors.vendors.calls import Call
from processors.vendors.later import Undone
from schemas.errors import MissingIdentity, VendorError
from schemas.values import value

if TYPE_CHECKING:
    from processors.vendors.later import Later
    from schemas.events import Identity
    from schemas.records import Action, Evidence

OutcomeWord = Literal[
    "accepted", "executed", "verified",
    "no_match", "retained", "client_signal", "config_evidence", "terminated_product", "delegated_to",
    "not_applicable", "manual_task", "dry_run",
]  # fmt: skip
_WRITTEN_BY_PEOPLE = frozenset({"email", "phone"})


@dataclass(frozen=True, slots=True)
class Note:
    """Commit these vendor record ids before going on. `delivery_id`: whose, in a batch."""

    delivery_id: str
    refs: tuple[str, ...] = field(repr=False)


@value
class Result:
    """What the vendor made of one instruction. `dry_run`: it was not asked, and no adapter says so.

    later: it has only `accepted` it, and can be asked again. review_at: of `retained`, when it is looked at, µs.
    """

    outcome: OutcomeWord
    reason: str | None = None
    evidence: Evidence | None = None
    later: Later | None = None
    review_at: int | None = None


@value
class Instruction:
    """One delivery as an adapter sees it.

    all_purposes: it is about the person altogether, so a vendor's global switch may be used; False as soon as a part
    of it was overtaken. refs: what an earlier, perhaps unfinished try noted. asked_at: when the person spoke, µs.
    """

    delivery_id: str
    action: Action
    cells: frozenset[tuple[str, str]]  # (purpose, channel)
    all_purposes: bool
    identities: tuple[Identity, ...] = field(repr=False)
    refs: tuple[str, ...] = field(default=(), repr=False)
    asked_at: int = 0

    @property
    def purposes(self) -> tuple[str, ...]:
        return tuple(sorted({purpose for purpose, _ in self.cells}))

    def known(self, *types: str) -> list[Identity]:
        """All raw identities of these types, addresses and numbers without blanks around them.

        A blank one is none: it would be that of all who have no such thing.
        """
        raw = (one for one in self.identities if one.format == "raw" and one.type in types)
        return [_trimmed(one) for one in raw if one.value.strip()]

    def need(self, *types: str) -> tuple[str, ...]:
        """All raw identities of these types, in the order of `types`, none twice.

        Raises:
            MissingIdentity: the event had none of them.

        """
        raw = self.known(*types)
        values = tuple(dict.fromkeys(i.value for wanted in types for i in raw if i.type == wanted))
        if not values:
            raise MissingIdentity(*types)
        return values


def _trimmed(one: Identity) -> Identity:
    """What people write: a vendor that compares blanks, too, would know nobody. An id of ours is as it is."""
    text = one.value.strip() if one.type in _WRITTEN_BY_PEOPLE else one.value
    return one if text == one.value else one.model_copy(update={"value": text})


Step = Call | tuple[Call, ...] | tuple[Note, ...] | Note
Script = Generator[Step, Any, Result]

BatchScript = Generator[Step, Any, Mapping[str, Result | VendorError]]
"""Returns delivery_id → what came of it: a Result, or the VendorError for that one person."""
PollScript = Generator[Step, Any, Mapping[str, Result | Undone | VendorError]]
"""The same of a job: done, `accepted` and to be asked again, undone; or the VendorError why it couldn't be asked."""
ReadBackScript = Generator[Step, Any, Result | Undone]
"""`verified`, or the vendor still has the person."""


def no_call(outcome: OutcomeWord, reason: str) -> Script:
    """Ends so without asking the vendor anything."""
    yield from ()
    return Result(outcome, reason)
