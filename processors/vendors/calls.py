"""A call to a vendor and its answer, as adapters see them.

Whatever may name a person (parameters, bodies, headers) is left out of every repr.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import field
from typing import TYPE_CHECKING, Any

from pydantic_core import from_json

from schemas.errors import VendorAuthRejected, VendorError, VendorUnavailable, VendorUnreachable
from schemas.records import Evidence
from schemas.values import value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


@value
class Call:
    """One HTTP request. `path` below the connection's base URL, quoted; at most one of `json` and `form`.

    form: texts; a list of them is sent as the same field several times.
    expect: statuses that the script itself reads; the engine turns every other one into a VendorError.
    api: the vendor's name for what is limited together, where limits are per API.
    seeks: whom the script looks for in the answer, where the call can't say so; never sent, for rehearsals alone.
    """

    method: str
    path: str = field(repr=False)
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: Any = field(default=None, repr=False)
    form: Mapping[str, Any] | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    expect: frozenset[int] = frozenset({200})
    api: str = ""
    seeks: tuple[str, ...] = field(default=(), repr=False)


@value
class Reply:
    """The answer to a call. `body` never leaves the engine: evidence holds its hash."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            VendorUnavailable: it isn't any: so answers a proxy or a maintenance page, not the vendor's API.

        """
        for read in (from_json, json.loads):  # fast; and with a byte order mark, or half of a surrogate pair
            try:
                return read(self.body)
            except (ValueError, RecursionError):
                continue
        raise VendorUnavailable("answer_is_no_json", status=self.status, response_sha256=self.sha256)

    def evidence(self, **more: Any) -> Evidence:
        return Evidence(status=self.status, response_sha256=self.sha256, **more)


Answer = Reply | VendorError
_GRAVITY = (VendorAuthRejected, VendorUnreachable, VendorUnavailable, VendorError)


def gravest(errors: Iterable[VendorError]) -> VendorError | None:
    """The error to report of several: first what stops everybody, then what a retry may mend, then what is final."""
    return min(
        errors, key=lambda error: next(n for n, kind in enumerate(_GRAVITY) if isinstance(error, kind)), default=None
    )


def all_good(answers: Sequence[Answer]) -> list[Reply]:
    """The replies of calls made side by side; if any failed, its error is raised, the gravest of them."""
    replies = [answer for answer in answers if isinstance(answer, Reply)]
    if len(replies) < len(answers) and (error := gravest(one for one in answers if isinstance(one, VendorError))):
        raise error
    return replies
