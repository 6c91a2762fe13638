"""Salesforce: leads and contacts by e-mail address, changed and deleted by their ids, up to 200 in a call.

Queries, with what is deleted or merged: https://developer.salesforce.com/docs/platform/api-rest/guide/dome-queryall.html
Text in a query: https://developer.salesforce.com/docs/platform/salesforce-soql-sosl/guide/sforce-api-calls-soql-select-quotedstringescapes.html
Changes: https://developer.salesforce.com/docs/platform/api-rest/guide/resources-composite-sobjects-collections-update.html
Deletions: https://developer.salesforce.com/docs/platform/api-rest/guide/resources-composite-sobjects-collections-delete.html

Both answer 200 whatever came of the records: each has a result of its own, in their order. A query reads the database
itself and not the search's index, so it finds at once what was made a moment ago.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from processors.vendors.base import Call, Reply, Step, all_good, gravest
from processors.vendors.shapes import listed, rows
from processors.vendors.words import record_id, word
from schemas.errors import VendorError, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

Kind = Literal["Contact", "Lead"]
DATA = "/services/data/v62.0"
_KINDS: tuple[Kind, ...] = ("Contact", "Lead")
_COLLECTION = f"{DATA}/composite/sobjects"
_FIELDS = "Id, Email, HasOptedOutOfEmail, IsDeleted, MasterRecordId"
_MOST, _MOST_HOPS, _ID = 200, 5, 15
_GONE, _CONVERTED, _LOCKED = "ENTITY_IS_DELETED", "CANNOT_UPDATE_CONVERTED_LEAD", "UNABLE_TO_LOCK_ROW"


@dataclass(slots=True)
class Found:
    """living: `Contact:ID` → whether it gets no mail; binned: those in the recycle bin, merged ones among them."""

    reply: Reply
    living: dict[str, bool] = field(default_factory=dict)
    binned: set[str] = field(default_factory=set)


def look_up(emails: Sequence[str]) -> Generator[Step, Any, Found]:
    """Every lead and contact with one of the addresses; for a merged one also that into which it was merged.

    Raises:
        VendorRefused: so many that they can't be one person, or an address that no query can hold.

    """
    wanted = {fold(email) for email in emails}
    asked: Mapping[Kind, str] = dict.fromkeys(_KINDS, f"Email IN ({_quoted(emails)})")
    found, followed = Found(Reply(0)), set[str]()
    for _ in range(_MOST_HOPS):
        replies = all_good((yield tuple(_query(kind, where) for kind, where in asked.items())))
        masters: dict[Kind, set[str]] = {}
        for kind, found.reply in zip(asked, replies, strict=True):
            for record in _records(found.reply):
                number = record_id(record["Id"])
                # The query says whom we get; that it is the person's own is looked at all the same.
                if fold(record["Email"] or "") in wanted or number[:_ID] in followed:
                    _sort(found, masters, kind, number, record)
        if len(found.living) > _MOST:
            raise _refused("too_many_records", found.reply)
        if not masters:
            return found
        followed |= {one[:_ID] for some in masters.values() for one in some}
        asked = {kind: f"Id IN ({_quoted(sorted(some))})" for kind, some in masters.items()}
    raise _refused("merged_too_often", found.reply)


def change(
    refs: Sequence[str], body: Callable[[Kind], Mapping[str, Any]]
) -> Generator[Step, Any, tuple[Reply, set[str]]]:
    """Set these fields; the answer, and the converted leads that Salesforce lets nobody change."""
    records = [{"attributes": {"type": kind}, "id": number, **body(kind)} for kind, number in map(_parts, refs)]  # type: ignore[arg-type]
    reply: Reply = yield Call("PATCH", _COLLECTION, json={"allOrNone": False, "records": records})
    codes = _codes(reply, refs)
    _raise_gravest(reply, {code for code in codes.values() if code != _CONVERTED})
    return reply, {ref for ref, code in codes.items() if code == _CONVERTED}


def erase(refs: Sequence[str]) -> Generator[Step, Any, Reply]:
    """Into the recycle bin; one that is there already is well there."""
    ids = ",".join(number for _, number in map(_parts, refs))
    reply: Reply = yield Call("DELETE", _COLLECTION, params={"ids": ids, "allOrNone": "false"})
    _raise_gravest(reply, set(_codes(reply, refs).values()) - {_GONE})
    return reply


def fold(email: str) -> str:
    return email.strip().lower()


def _sort(found: Found, masters: dict[Kind, set[str]], kind: Kind, number: str, record: Mapping[str, Any]) -> None:
    if record["IsDeleted"] is False:
        found.living[f"{kind}:{number}"] = record["HasOptedOutOfEmail"] is True
        return
    found.binned.add(f"{kind}:{number}")
    if record["MasterRecordId"]:
        masters.setdefault(kind, set()).add(record_id(record["MasterRecordId"]))


def _query(kind: Kind, where: str) -> Call:
    query = f"SELECT {_FIELDS} FROM {kind} WHERE {where}"  # noqa: S608 - of what is ours and what is _quoted
    return Call("GET", f"{DATA}/queryAll/", params={"q": query})


def _quoted(texts: Sequence[str]) -> str:
    """As texts of a query, which nothing in them can end.

    Raises:
        VendorRefused: what can't be printed, line breaks among it, is in no address.

    """
    if not all(text.isprintable() for text in texts):
        raise VendorRefused("unprintable_in_query")
    escaped = (text.replace("\\", "\\\\").replace("'", "\\'") for text in texts)
    return ", ".join(f"'{text}'" for text in escaped)


def _records(reply: Reply) -> list[dict[str, Any]]:
    body = reply.json()
    if body["done"] is not True:
        raise _refused("too_many_records", reply)
    return rows(body, "records")


def _parts(ref: str) -> tuple[str, str]:
    kind, _, number = ref.partition(":")
    return kind, number


def _codes(reply: Reply, refs: Sequence[str]) -> dict[str, str]:
    """Each record's error, `` where it is done. One that has no result is not done."""
    items = listed(reply.json())
    if len(items) != len(refs):
        raise _refused("results_missing", reply)
    return {ref: _code(item, _parts(ref)[1]) for ref, item in zip(refs, items, strict=True)}


def _code(item: Mapping[str, Any], number: str) -> str:
    if item["success"] is not True:
        return str(item["errors"][0]["statusCode"])
    return "" if str(item["id"])[:_ID] == number[:_ID] else "another_record"


def _raise_gravest(reply: Reply, codes: set[str]) -> None:
    if error := gravest(_trouble(code, reply) for code in sorted(codes) if code):
        raise error


def _trouble(code: str, reply: Reply) -> VendorError:
    if code not in {_LOCKED, _GONE}:
        return _refused(word(code), reply)
    # One that went since it was found: looked up again it is in the bin, or in the one into which it was merged.
    return VendorUnavailable(word(code), lane_wide=False, status=reply.status, response_sha256=reply.sha256)


def _refused(reason: str, reply: Reply) -> VendorRefused:
    return VendorRefused(reason, status=reply.status, response_sha256=reply.sha256)
