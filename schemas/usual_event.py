"""The usual event, taken in without pydantic, whose checks cost as much as all the rest of decoding.

Only a shortcut: it takes in nothing that the contract would refuse, and nothing otherwise than the contract would; a
test holds it to that. Whatever is not quite usual is left to the contract, which also says what is wrong.
"""

from __future__ import annotations

import re
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any
from uuid import UUID

from schemas.contract import Sealed, maker
from schemas.errors import InvalidRecord
from schemas.events import CANONICAL_UUID, LONGEST_VALUE, ConsentEvent, EvidenceLink, Identity, VerifiedBy

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 8192
"""Bytes of a usual event: so much is kept for each judgement at most."""
_KEPT = 1024
_WORDS = (
    "kind", "controller", "purposes", "channels", "data_domain", "policy_id", "policy_version", "jurisdiction",
    "lawful_basis", "method", "published_by",
)  # fmt: skip
"""What is the same in many events, as the person's own things are not."""
_words_of = itemgetter(*_WORDS)
_own_of = itemgetter(
    "event_id", "subject_id", "identities", "sealed", "verified_by", "evidence", "supersedes", "age", "vendors_told"
)
_OWN: dict[str, Any] = {"event_id": str(UUID(int=0)), "subject_id": "0", "occurred_at": 0}
_USUAL: dict[str, Any] = {**_OWN, "kind": "consent.granted", "controller": "-", "method": "api", "published_by": "-"}
_is_uuid = CANONICAL_UUID.fullmatch
_is_subject = re.compile(r"[0-9A-Za-z][\w.:/-]{0,255}", re.ASCII).fullmatch
_is_link = re.compile(r"[A-Za-z][\w.:/?&=#~-]{0,2047}", re.ASCII).fullmatch
_is_sha256 = re.compile(r"[0-9a-f]{64}").fullmatch
_event, _identity, _sealed = maker(ConsentEvent), maker(Identity), maker(Sealed)
_verified, _link = maker(VerifiedBy), maker(EvidenceLink)


def usual(values: Mapping[str, Any]) -> ConsentEvent | None:
    """Take in a decoded event; None: not usual. values: all fields, by their Avro types, arrays as tuples."""
    event_id, subject_id, identities, sealed, verified, link, supersedes, age, told = _own_of(values)
    words = _judged(_words_of(values), values["expressed_by"]["relation"])
    if words is None or supersedes is not None or age is not None or told is not None:
        return None
    if not _is_uuid(event_id) or not _is_subject(subject_id):
        return None
    for identity in identities:
        if not 0 < len(identity["value"]) <= LONGEST_VALUE or not _is_kind(identity["type"], identity["format"]):
            return None
    if (
        (identities and sealed)
        or (verified and not _is_method(verified["method"]))
        or (link and not _is_usual(**link))
    ):
        return None
    return _event(
        {
            **values,
            **words,
            "identities": tuple([_identity(identity) for identity in identities]),
            "sealed": sealed and _sealed(sealed),
            "verified_by": verified and _verified(verified),
            "evidence": link and _link(link),
        }
    )


@lru_cache(_KEPT)
def _judged(words: tuple[Any, ...], relation: str) -> dict[str, Any] | None:
    """What the contract makes of these words, in whatever event they stand."""
    stated = dict(zip(_WORDS, words, strict=True))
    try:
        event = ConsentEvent.parse({**_OWN, **stated, "expressed_by": {"relation": relation}})
    except InvalidRecord:
        return None
    return {name: getattr(event, name) for name in (*_WORDS, "expressed_by")}


@lru_cache(_KEPT)
def _is_kind(of_type: str, of_format: str) -> bool:
    try:
        Identity.parse({"type": of_type, "format": of_format, "value": "-"})
    except InvalidRecord:
        return False
    return True


@lru_cache(_KEPT)
def _is_method(method: str) -> bool:
    try:
        ConsentEvent.parse({**_USUAL, "verified_by": {"method": method, "at": 0}})
    except InvalidRecord:
        return False
    return True


def _is_usual(uri: str | None, sha256: str | None) -> bool:
    return (uri is None or _is_link(uri) is not None) and (sha256 is None or _is_sha256(sha256) is not None)
