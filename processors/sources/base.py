"""What a source is: who is believed, and what a message says of whom.

`told` is a script as an adapter's (processors/vendors/scripts.py): most messages say all by themselves; where one
names only the vendor's own record, the script looks it up through the source's connection.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from processors.vendors.base import Call, Options
from processors.vendors.shapes import keyed
from schemas.errors import CallbackRefused, SetupError
from schemas.events import Identity

if TYPE_CHECKING:
    from processors.vendors.evidence import Source as Evidence
    from schemas.events import Channel, Kind

SOURCES: dict[str, type[Source]] = {}
TOLERANCE_S = 300.0
"""How old a message may be whose signature covers its time."""
_GONE = 404


@dataclass(frozen=True, slots=True)
class Message:
    """A call as it came. headers: names in lower case; token: the last part of its path, empty: there was none."""

    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    token: str = field(default="", repr=False)

    def json(self) -> Any:
        """Raises CallbackRefused: it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise CallbackRefused("is no JSON") from None


@dataclass(frozen=True, slots=True)
class Told:
    """What one person chose at the vendor.

    which: the vendor's own name for what happened; the same when it tells it again. at: when, µs or ISO text.
    subject: our own id of the person, if the vendor has it. left: the mailing list, or the like, that they left;
    None: everything on these channels; empty channels: all.
    """

    which: str = field(repr=False)
    kind: Kind
    at: int | str
    identities: tuple[Identity, ...] = field(repr=False)
    subject: str | None = field(default=None, repr=False)
    left: str | None = None
    channels: tuple[Channel, ...] = ()


Heard = Told | CallbackRefused
Telling = Generator[Call, Any, tuple[Heard, ...]]


class SourceOptions(Options):
    """purposes: what a person who leaves a list (or the like, by the vendor's id) withdraws from.

    subject: the vendor's field that holds our own id of the person. Our systems alone may be able to write it: with a
    form or a page's script somebody could tie another person's address to themselves. Without it, or where it is
    empty, somebody is known by their address alone: the vendors are told, but their other choices are another
    person's.
    """

    purposes: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    subject: str | None = None

    def subject_in(self, fields: Mapping[str, Any]) -> str | None:
        """Our own id of the person, of what the vendor holds of them."""
        return text(fields.get(self.subject)) if self.subject else None


class Source:
    """One vendor's webhooks. Subclass with class data, `check` and `told`.

    looks_up: a message names only the vendor's own record: the source needs its connection. by_path: it can't sign,
    so the URL ends with the secret, and is asked for with GET once, when it is set up.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    docs: ClassVar[str]
    looks_up: ClassVar[bool] = False
    by_path: ClassVar[bool] = False
    options_type: ClassVar[type[SourceOptions]] = SourceOptions
    evidence: ClassVar[tuple[Evidence, ...]] = ()
    unverified: ClassVar[tuple[str, ...]] = ()
    options: SourceOptions

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if SOURCES.setdefault(cls.name, cls) is not cls:
            raise SetupError(f"two sources are called {cls.name}")

    def __init__(self, options: SourceOptions) -> None:
        self.options = options

    def check(self, secret: str, message: Message, now: float) -> None:
        """Whether the vendor sent it. now: s since 1970.

        Raises:
            CallbackRefused: it didn't, or too long ago.

        """
        raise NotImplementedError

    def told(self, message: Message) -> Telling:
        """What a genuine message says; nothing: of nobody's choice.

        Of a batch, what has not the form stands in its place as the error (`one_by_one`).

        Raises:
            CallbackRefused: the whole has not the vendor's form.

        """
        raise NotImplementedError


def one_by_one(events: Iterable[Any], tell: Callable[[Any], Telling]) -> Telling:
    """A batch, in which what has not the vendor's form costs the others nothing."""
    found: list[Heard] = []
    for event in events:
        try:
            found += yield from tell(event)
        except CallbackRefused as error:
            found.append(error)
    return tuple(found)


def looked_up(where: str, *path: str, **more: Any) -> Generator[Call, Any, dict[str, Any]]:
    """What the vendor's record holds; nothing: it is gone meanwhile, and with it everything that says who that was.

    path: to it in the answer; more: of the call.

    Raises:
        CallbackRefused: the answer has another form.
        VendorUnavailable: it is no JSON.

    """
    reply = yield Call("GET", where, expect=frozenset({200, _GONE}), **more)
    if reply.status == _GONE:
        return {}
    found = reply.json()
    try:
        for key in path:
            found = keyed(found)[key]
        return keyed(found)
    except (KeyError, ValueError):
        raise CallbackRefused("is about a record whose look-up was answered in another form") from None


def people(**values: Any) -> tuple[Identity, ...]:
    """Identities by type, without those that are no text or blank."""
    known = {kind: value.strip() for kind, value in values.items() if isinstance(value, str) and value.strip()}
    return tuple(Identity(type=kind, value=value) for kind, value in known.items())


def text(value: Any) -> str | None:
    """Of an id that may be a number; None: there is none."""
    return str(value) if isinstance(value, int | str) and not isinstance(value, bool) and str(value).strip() else None
