"""From `relay.toml` to sources that can be listened to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from pydantic import ValidationError

from processors.sources import base
from processors.vendors.base import Call, Reply
from schemas.contract import invalid
from schemas.errors import CallbackRefused, SetupError, VendorRefused

if TYPE_CHECKING:
    from processors.engine.run import Connector
    from processors.sources.base import Heard, Message, Source
    from schemas.connections import RelayConfig, SourceRow
    from schemas.policy import Policy

SHORTEST_SECRET = 16
Ask = Callable[[Call], Awaitable[Reply]]


class Known(NamedTuple):
    """A source, what its vendor's messages are checked with, and how to look something up there."""

    row: SourceRow
    source: Source
    secret: str
    ask: Ask | None

    async def hear(self, message: Message) -> tuple[Heard, ...]:
        """What a genuine message says; of a batch, what can't be understood stands in its place as the error.

        Raises:
            CallbackRefused: the whole has not the vendor's form.
            VendorError: a look-up failed, and may succeed later.

        """
        script = self.source.told(message)
        answer: Reply | CallbackRefused | None = None
        while True:
            try:
                call = script.throw(answer) if isinstance(answer, CallbackRefused) else script.send(answer)
            except StopIteration as done:
                told: tuple[Heard, ...] = done.value
                return told
            if self.ask is None:
                raise CallbackRefused("is about a record that can't be looked up")
            try:
                answer = await self.ask(call)
            except VendorRefused as error:  # asked again, it is refused again: that costs the others nothing
                answer = CallbackRefused(f"is about a record whose look-up was refused: {error.reason}")


def source_of(row: SourceRow) -> Source:
    """Raises SetupError: no such vendor, or options that it doesn't take."""
    kind, where = base.SOURCES.get(row.vendor), f"sources.{row.name}"
    if kind is None:
        remedy = f"choose among: {', '.join(sorted(base.SOURCES))}"
        raise SetupError(f"{where}.vendor: nobody reads messages of {row.vendor!r}", remedy=remedy)
    try:
        return kind(kind.options_type.model_validate(row.options))
    except ValidationError as error:
        first = invalid(error)
        raise SetupError(
            f"{where}.options.{first.field}: {first.message}", remedy="docs/sources.md lists them"
        ) from None


def known_sources(
    config: RelayConfig,
    policy_of: Callable[[str], Policy],
    secret: Callable[[str], str],
    ready: Mapping[str, Connector],
) -> dict[str, Known]:
    """All sources by name. policy_of: a controller's, of now; ready: connectors to look something up with.

    Raises:
        SetupError: naming the source and the key that is wrong.

    """
    found = {}
    for name, row in config.sources.items():
        source = checked(row, config, policy_of(row.controller))
        value = secret(row.secret)
        if len(value) < SHORTEST_SECRET:
            raise SetupError(f"sources.{name}.secret: {row.secret!r} has less than {SHORTEST_SECRET} characters")
        found[name] = Known(row, source, value, _ask(row, source, ready))
    return found


def _ask(row: SourceRow, source: Source, ready: Mapping[str, Connector]) -> Ask | None:
    if row.connection is None or not source.looks_up:
        return None
    return partial(ready[row.connection].caller.call, permit=nullcontext)


def checked(row: SourceRow, config: RelayConfig, policy: Policy) -> Source:
    """A source that fits its connection and its controller's policy.

    Raises:
        SetupError: as `known_sources`.

    """
    source, where = source_of(row), f"sources.{row.name}"
    connection = None if row.connection is None else config.connections[row.connection]
    if connection is not None and connection.adapter != row.vendor:
        raise SetupError(f"{where}.connection: {row.connection} is an account at {connection.adapter}")
    if source.looks_up and (connection is None or connection.mode != "live"):
        raise SetupError(
            f"{where}.connection: {source.title} names only its own records, which are looked up there",
            remedy='name a connection to that account whose mode is "live"',
        )
    named = {purpose for purposes in source.options.purposes.values() for purpose in purposes}
    if unknown := named - policy.by_purpose.keys():
        raise SetupError(
            f"{where}.options.purposes: {policy.id} has no purpose {min(unknown)!r}",
            remedy=f"`consent-relay policy show {policy.id}` lists them",
        )
    return source
