"""Salesforce's records as its sandbox keeps them, and as much of SOQL as its callers here speak."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

from infra.sandbox.people import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

_BIN_S = 15 * 86_400.0
_PREFIX = {"Contact": "003", "Lead": "00Q"}
_TEXT = r"'(?:[^'\\]|\\[nrtbf\"'\\])*'"
_LIST = rf"\(({_TEXT}(?:, ?{_TEXT})*)\)"
_QUERY = re.compile(r"SELECT ([\w, ]+) FROM (Contact|Lead) WHERE (Email|Id) IN " + _LIST)  # noqa: S608 - it reads one


@dataclass(slots=True)
class Record:
    """owner: the address with which it was made. deleted_at: since when it is in the recycle bin, Unix s."""

    kind: str
    id: str
    owner: str
    fields: dict[str, Any]
    converted: bool = False
    deleted_at: float | None = None
    master: str | None = None

    def shown(self, names: list[str]) -> dict[str, Any]:
        own = {**self.fields, "Id": self.id, "IsDeleted": self.deleted_at is not None, "MasterRecordId": self.master}
        attributes = {"type": self.kind, "url": f"/services/data/v62.0/sobjects/{self.kind}/{self.id}"}
        return {"attributes": attributes, **{name: own.get(name) for name in names}}


@dataclass(slots=True)
class Records:
    """An id is never given out twice; after 15 days in the recycle bin a record is no more."""

    kept: dict[str, Record] = field(default_factory=dict)
    _ids: count[int] = field(default_factory=lambda: count(1))

    def add(self, kind: str, email: str) -> Record:
        number = f"{_PREFIX[kind]}{next(self._ids):012d}AAA"
        fields = {"Email": email, "LastName": "Doe", "HasOptedOutOfEmail": False}
        self.kept[number] = Record(kind, number, fold(email), fields)
        return self.kept[number]

    def of(self, email: str) -> list[Record]:
        return [one for one in self.kept.values() if one.owner == fold(email)]

    def purge(self, now: float) -> None:
        over = [one.id for one in self.kept.values() if one.deleted_at is not None and one.deleted_at + _BIN_S <= now]
        for number in over:
            del self.kept[number]

    def query(self, text: str, *, binned: bool) -> list[dict[str, Any]] | None:
        """The rows; None: it is no query."""
        parts = _QUERY.fullmatch(text)
        if parts is None:
            return None
        names, wanted = parts[1].split(", "), set(map(fold, _texts(parts[4])))
        hits = [one for one in self.kept.values() if one.kind == parts[2] and fold(_value(one, parts[3])) in wanted]
        return [one.shown(names) for one in hits if binned or one.deleted_at is None]


def asked(text: str) -> list[str]:
    """The texts that a query names."""
    parts = _QUERY.fullmatch(text)
    return list(_texts(parts[4])) if parts else []


def _texts(quoted: str) -> Iterator[str]:
    for text in re.findall(_TEXT, quoted):
        yield re.sub(r"\\(.)", r"\1", text[1:-1])


def _value(record: Record, name: str) -> str:
    return record.id if name == "Id" else record.fields["Email"] or ""
