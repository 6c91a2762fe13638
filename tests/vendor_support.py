"""Drives adapters' scripts by hand: a function plays the vendor."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from processors.vendors.base import VENDORS, Answer, Call, Instruction, Note, Reply, Vendor
from schemas.errors import VendorError
from schemas.events import Identity

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from schemas.records import Action

EMAIL = "ann+news@example.test"


def vendor(name: str, **options: Any) -> Vendor:
    kind = VENDORS[name]
    return kind(kind.options_type.model_validate(options))


def instruction(
    action: Action,
    *,
    delivery_id: str = "d1",
    emails: tuple[str, ...] = (EMAIL,),
    more: tuple[tuple[str, str], ...] = (),
    purposes: tuple[str, ...] = ("news",),
    all_purposes: bool = False,
    refs: tuple[str, ...] = (),
) -> Instruction:
    given = [("email", email) for email in emails] + list(more)
    return Instruction(
        delivery_id=delivery_id,
        action=action,
        cells=frozenset((purpose, "email") for purpose in purposes),
        all_purposes=all_purposes,
        identities=tuple(Identity(type=kind, value=value) for kind, value in given),
        refs=refs,
    )


def reply(body: Any = None, status: int = 200) -> Reply:
    return Reply(status, {}, b"" if body is None else json.dumps(body).encode())


@dataclass
class Played:
    """`calls` in the order in which they were made; `steps` with the notes among them."""

    steps: list[Call | Note] = field(default_factory=list)
    result: Any = None

    @property
    def calls(self) -> list[Call]:
        return [step for step in self.steps if isinstance(step, Call)]

    @property
    def notes(self) -> list[Note]:
        return [step for step in self.steps if isinstance(step, Note)]


def play(script: Generator[Any, Any, Any], answer: Callable[[Call], Answer]) -> Played:
    """Drive a script to its end. An error that it raises is its result."""
    played, given = Played(), None
    try:
        while True:
            step = script.throw(given) if isinstance(given, VendorError) else script.send(given)
            several = step if isinstance(step, tuple) else (step,)
            played.steps += several
            answers = tuple(None if isinstance(one, Note) else answer(one) for one in several)
            given = answers if isinstance(step, tuple) else answers[0]
    except StopIteration as done:
        played.result = done.value
    except VendorError as error:
        played.result = error
    return played


def shown(call: Call) -> tuple[str, str, Any]:
    """Method, path, and whatever the call carries."""
    return call.method, call.path, call.json if call.json is not None else dict(call.form or call.params)
