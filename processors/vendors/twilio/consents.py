"""Twilio: consent of several numbers in one call, each with an answer of its own.

https://www.twilio.com/docs/messaging/features/bulk-upsert-consents-api
What 30646 stands for: https://www.twilio.com/docs/api/errors/30646
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from processors.vendors.base import Answer, Call, Reply, Result, gravest
from processors.vendors.batches import together
from processors.vendors.identifiers import require_forms, searched
from processors.vendors.shapes import rows
from processors.vendors.words import word
from schemas.errors import VendorAuthRejected, VendorError, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from processors.vendors.base import BatchScript, Instruction

CONSENTS = "consents"
MOST = 25
_OWN_FAULT, _SENDER = "INTERNAL_SERVER_ERROR", "INVALID_SENDER_ID"
Status = Literal["opt-in", "opt-out"]


@dataclass(slots=True)
class _Person:
    """`items`: correlation id → what is sent of one number and sender; gap: a purpose has no sender.

    odd: the error of a number that can't be written, to be told when the others are done.
    """

    items: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)
    answers: list[Reply] = field(default_factory=list)
    error: VendorError | None = None
    gap: bool = False
    odd: VendorError | None = None


def tell(instructions: Sequence[Instruction], senders: Mapping[str, str], status: Status, source: str) -> BatchScript:
    people = {one.delivery_id: _person(one, senders, status, source) for one in instructions}
    items = [(who, key) for who, person in people.items() if person.error is None for key in person.items]
    calls = [items[at : at + MOST] for at in range(0, len(items), MOST)]
    if calls:
        answers = yield tuple(_call([people[who].items[key] for who, key in some]) for some in calls)
        for some, answer in zip(calls, answers, strict=True):
            _read(some, answer, people)
    return {who: person.error or person.odd or _done(person) for who, person in people.items()}


def _person(instruction: Instruction, senders: Mapping[str, str], status: Status, source: str) -> _Person:
    try:
        phones, odd = require_forms(instruction, ("phone",), searched)
    except VendorError as error:
        return _Person(error=error)
    person = _Person(odd=odd)
    takes_all = instruction.all_purposes and status == "opt-out"
    known = senders.values() if takes_all else [senders[p] for p in instruction.purposes if p in senders]
    person.gap = not takes_all and not set(instruction.purposes) <= set(senders)
    if not known or (person.gap and status == "opt-in"):
        return _Person(error=VendorRefused("no_sender_for_purpose"))
    for _, phone in phones:
        for sender in dict.fromkeys(known):
            # The same again for the same instruction: asked twice, Twilio sees what it has seen.
            text = f"{instruction.delivery_id}|{phone}|{sender}"
            key = hashlib.sha256(text.encode()).hexdigest()[:32]
            person.items[key] = {
                "contact_id": phone, "correlation_id": key, "sender_id": sender, "status": status, "source": source,
            }  # fmt: skip
    return person


def _call(items: Sequence[Mapping[str, str]]) -> Call:
    form = {"Items": [json.dumps(item) for item in items]}
    return Call("POST", "/v1/Consents/Bulk", form=form, expect=frozenset({201}), api=CONSENTS)


def _read(asked: Sequence[tuple[str, str]], answer: Answer, people: Mapping[str, _Person]) -> None:
    """What each item's answer says of its person; no answer for an item is no success."""
    said: dict[str, Mapping[str, Any]] = {}
    if isinstance(answer, Reply):
        said = {str(item["correlation_id"]): item for item in rows(answer.json(), "items")}
    alone = len({who for who, _ in asked}) == 1
    for who, key in asked:
        person = people[who]
        if isinstance(answer, VendorError):
            trouble: VendorError | None = answer if alone else together(answer)
        else:
            person.answers.append(answer)
            trouble = _trouble(said.get(key), answer)
        person.error = gravest(filter(None, (trouble, person.error)))


def _trouble(item: Mapping[str, Any] | None, reply: Reply) -> VendorError | None:
    """One code is for all that can be wrong with an item, also with Twilio itself: which it is, its messages say."""
    about: dict[str, Any] = {"status": reply.status, "response_sha256": reply.sha256}
    if item is None:
        return VendorRefused("item_not_answered", **about)
    code, messages = int(item["error_code"]), item.get("error_messages") or ()
    if code == 0:
        return None
    if _SENDER in messages:  # it is the configuration's, and everybody's
        return VendorAuthRejected("sender_not_taken", **about)
    if messages and all(one == _OWN_FAULT for one in messages):
        return VendorUnavailable("internal_server_error", lane_wide=False, **about)
    return VendorRefused(f"twilio_{word(code)}", **about)


def _done(person: _Person) -> Result | VendorError:
    if person.gap:
        return VendorRefused("no_sender_for_purpose")  # what is known has been done
    return Result("executed", evidence=person.answers[-1].evidence(detail=f"consents={len(person.items)}"))
