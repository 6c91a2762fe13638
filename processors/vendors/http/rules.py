"""What an answer of an in-house system means, as its owner says it: statuses, and what stands in the body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from pydantic import Field, model_validator

from processors.vendors.base import Options
from schemas.errors import VendorUnavailable

if TYPE_CHECKING:
    from processors.vendors.base import Reply

Plain = str | int | bool
_OK = 200
_EACH = "*"


class Rule(Options):
    """An answer with one of the statuses and, if it says so, with a body as described.

    where: a place in its JSON, `result.code` or `items.*.state` (of each), at which one of `equals` must stand.
    text: the whole body instead, without the white space around it.
    """

    status: tuple[int, ...] = Field(min_length=1)
    where: str | None = Field(default=None, pattern=r"^[^.\s]+(\.[^.\s]+)*$")
    equals: tuple[Plain, ...] = ()
    text: str | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.where is None) != (not self.equals):
            message = "equals: `where` says where in the JSON, `equals` which values: both or none"
            raise ValueError(message)
        if self.where is not None and self.text is not None:
            message = "text: either the body is this text, or it is JSON with `where` and `equals`"
            raise ValueError(message)
        if self.text is not None and self.text.lstrip().startswith("<"):
            message = "text: what begins with `<` is taken for a proxy's page, and never reaches this rule"
            raise ValueError(message)
        return self

    @property
    def reads_body(self) -> bool:
        return self.where is not None or self.text is not None

    def fits(self, reply: Reply) -> bool | None:
        """Whether the answer is one of these; None: its status is, but nothing stands where it should say more."""
        if reply.status not in self.status:
            return False
        if self.text is not None:
            return reply.body.decode(errors="replace").strip() == self.text.strip()
        if self.where is None:
            return True
        try:
            values = _at(reply.json(), self.where.split("."))
        except (VendorUnavailable, LookupError, TypeError, ValueError):
            return None
        return all(any(_same(value, one) for one in self.equals) for value in values) if values else None

    def example(self) -> tuple[int, Any]:
        """Status and body of an answer that fits; a text or nothing, where it asks for no JSON."""
        if self.where is None:
            return self.status[0], self.text
        return self.status[0], _made(self.where.split("."), self.equals[0])


class Success(Rule):
    @model_validator(mode="after")
    def _proven(self) -> Self:
        if not all(_OK <= one < _OK + 100 for one in self.status):
            message = "status: only 200 to 299 are success"
            raise ValueError(message)
        if _OK in self.status and not self.reads_body:
            message = "where: a login page or a proxy answers 200 too, so say what stands in the body, or its `text`"
            raise ValueError(message)
        return self


class Unknown(Rule):
    """How the system says that it doesn't know the person."""

    @model_validator(mode="after")
    def _said(self) -> Self:
        if not self.reads_body:
            message = "where: a wrong address answers 404 too, so say what stands in the body"
            raise ValueError(message)
        if not set(self.status) <= {*range(_OK, _OK + 100), 400, 404, 410, 422}:
            message = "status: choose among 200 to 299, 400, 404, 410 and 422; others mean something else"
            raise ValueError(message)
        return self


def _at(body: Any, keys: list[str]) -> list[Any]:
    """All values at a path. Raises LookupError, TypeError or ValueError where there are none."""
    if not keys:
        return [body]
    key, *rest = keys
    if key == _EACH and isinstance(body, list):
        return [value for one in body for value in _at(one, rest)]
    return _at(body[int(key)] if isinstance(body, list) else dict.__getitem__(body, key), rest)


def _same(value: Any, wanted: Plain) -> bool:
    return type(value) is type(wanted) and value == wanted  # 1 is not true


def _made(keys: list[str], value: Any) -> Any:
    if not keys:
        return value
    key, *rest = keys
    inner = _made(rest, value)
    return [inner] * (int(key) + 1) if key.isdecimal() else [inner] if key == _EACH else {key: inner}
