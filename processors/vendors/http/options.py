"""What the owner of an in-house system says in `relay.toml`: its address, its calls, what its answers mean."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from processors.vendors.any_auth import Auth, Url  # noqa: TC001 - pydantic reads the annotations
from processors.vendors.base import Options
from processors.vendors.http import templates
from processors.vendors.http.rules import Success, Unknown  # noqa: TC001 - pydantic reads the annotations
from processors.vendors.http.values import WORDS
from schemas.events import Channel  # noqa: TC001

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping

_OURS = frozenset({"authorization", "host", "content-length", "content-type", "transfer-encoding", "connection"})
_CHOICE = ("purposes", "purpose", "channels", "channel", "all_purposes")


def _template(value: Any) -> Any:
    templates.fields(value)
    return value


def _path(value: str) -> str:
    filled = "".join(part if isinstance(part, str) else "x" for part in templates.parts(value))
    if not value.startswith("/") or re.search(r"[^A-Za-z0-9/_.~%!$&'()*+,;=:@-]|//", filled):
        message = "begins with / and has only signs that stand in a path; a query has its own table, `query`"
        raise ValueError(message)
    return value


def _table(value: dict[str, Any]) -> dict[str, Any]:
    if any("{" in key for key in _keys(value)):
        message = "placeholders stand in values, never in names"
        raise ValueError(message)
    return _template(value)  # type: ignore[no-any-return]


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _keys(one)


Texts = Annotated[dict[str, str], AfterValidator(_table)]


class Request(Options):
    """One call for one person. ends: what a success means, `accepted` (it will) or `executed` (it did)."""

    method: Literal["POST", "PUT", "PATCH", "DELETE"]
    path: Annotated[str, AfterValidator(_path)]
    query: Texts = Field(default_factory=dict)
    headers: Texts = Field(default_factory=dict)
    body: Annotated[dict[str, Any], AfterValidator(_table)] | None = None
    encoding: Literal["json", "form"] = "json"
    ends: Literal["accepted", "executed"]
    success: Success
    unknown: Unknown | None = None

    @model_validator(mode="after")
    def _sendable(self) -> Self:
        if self.encoding == "form" and not all(isinstance(value, str) for value in (self.body or {}).values()):
            message = "body: a form has texts only, no tables and lists"
            raise ValueError(message)
        if _OURS & {name.lower() for name in self.headers}:
            message = f"headers: {', '.join(sorted(_OURS))} are the relay's; credentials go into `auth` and `secrets`"
            raise ValueError(message)
        if {field.name for field in templates.fields(self.headers)} - {"delivery_id", "action"}:
            message = "headers: only {delivery_id} and {action} stand there, as proxies log headers"
            raise ValueError(message)
        return self

    @property
    def fields(self) -> frozenset[templates.Field]:
        return frozenset().union(*map(templates.fields, (self.path, self.query, self.headers, self.body)))

    @property
    def expect(self) -> frozenset[int]:
        return frozenset({*self.success.status, *(self.unknown.status if self.unknown else ())})


class HttpOptions(Options):
    """identifies_by: types of identities that the system finds a person by; only they may stand in a call.

    channels: those on which a choice makes a difference there. per_purpose: it keeps purposes apart; false: it has
    one switch for the person. names: the system's own names of purposes. An action without a call becomes a task.
    """

    url: Url
    auth: Auth
    identifies_by: tuple[str, ...] = Field(min_length=1)
    channels: tuple[Channel, ...] = Field(min_length=1)
    per_purpose: bool
    names: dict[str, str] = Field(default_factory=dict)
    grant: Request | None = None
    withdraw: Request | None = None
    delete: Request | None = None

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if taken := WORDS & set(self.identifies_by):
            message = f"identifies_by: {min(taken)} is a word of a call's own, and names nobody"
            raise ValueError(message)
        if not self.requests:
            message = "withdraw: no action has a call: give at least one of grant, withdraw, delete"
            raise ValueError(message)
        for action, request in self.requests.items():
            wrong = _misformed(request.fields) or self._wrong(action, {field.name for field in request.fields})
            if wrong is not None:
                message = f"{action}: {wrong}"
                raise ValueError(message)
        return self

    @property
    def switches(self) -> Mapping[str, Collection[Hashable]]:
        """The system's own names; a purpose that has none is called as we call it, which may be another's name."""
        every = (*self.names.values(), *self.names)
        return {purpose: (self.names.get(purpose, purpose),) for purpose in every}

    @property
    def requests(self) -> dict[str, Request]:
        given = {"grant": self.grant, "withdraw": self.withdraw, "delete": self.delete}
        return {action: request for action, request in given.items() if request is not None}

    def _wrong(self, action: str, used: set[str]) -> str | None:
        """What a call lacks to mean the person and the choice that it is for, and nobody and nothing else."""
        known = WORDS | set(self.identifies_by)
        if strange := sorted(used - known):
            return f"{{{strange[0]}}} is neither in identifies_by nor one of {', '.join(sorted(WORDS))}"
        if not used & set(self.identifies_by):
            return f"names nobody: say whom it is about, as in {{{self.identifies_by[0]}}}"
        if action == "delete":
            return "a deletion has no purposes and channels" if used & set(_CHOICE) else None
        if self.per_purpose and not used & {"purpose", "purposes"}:
            return "says no purpose: write {purpose} or {purposes}, or per_purpose = false"
        if len(self.channels) > 1 and not used & {"channel", "channels"}:
            return "says no channel: write {channel} or {channels}, or list the one in `channels` that it is about"
        return None


def _misformed(fields: Iterable[templates.Field]) -> str | None:
    for field in fields:
        whose = {"md5": "email", "e164": "phone"}.get(field.form, field.name)
        if field.form and (field.name in WORDS or field.name != whose):
            return f"{{{field.name}.{field.form}}}: there is no such form of it"
    return None
