"""Zoho CRM: records by id, out of the module and out of the recycle bin.

Delete: https://www.zoho.com/crm/developer/docs/api/v8/delete-records.html (only moves to the recycle bin)
Purge: https://www.zoho.com/crm/developer/docs/api/v8/delete-recycle-bin-records.html

The HTTP status may be 200, 207 or 400 over the same body, and `status` says success for purges that are none: what
counts is each record's `code`. A record is a ref, `Contacts:ID`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from processors.vendors.base import Answer, Call, Reply, Step
from processors.vendors.batches import chunks, together
from processors.vendors.words import word
from processors.vendors.zoho.crm.jobs import BUSY, JOB, many, submissions, taken
from processors.vendors.zoho.crm.refs import by_module, id_of, module_of
from schemas.errors import VendorError, VendorRefused, VendorUnavailable

_AT_ONCE = 100
_BIN = "/crm/v8/settings/recycle_bin"
_DONE = "SUCCESS"
_ABSENT = "INVALID_DATA"  # deleted already, or never known: the code doesn't tell them apart
STILL_THERE = "record_still_there"
_PASSING = {"RECORD_LOCKED", "NOT_APPROVED", "SCHEDULED", "TOO_MANY_REQUESTS", "INTERNAL_ERROR"}
"""SCHEDULED: a job purges a record that has many others below it; the next try finds it gone. No `retry_after` with
these: that would ask everybody to wait because of one record."""


@dataclass(frozen=True, slots=True)
class Said:
    """What an answer says of one record."""

    code: str
    reply: Reply

    def trouble(self) -> VendorError:
        kind = VendorUnavailable if self.code in _PASSING else VendorRefused
        return kind(word(self.code), status=self.reply.status, response_sha256=self.reply.sha256)


class Erased(NamedTuple):
    """fates: the reply that shows a record gone, or why it isn't; jobs: delete the others, with Zoho's answer."""

    fates: dict[str, Answer]
    jobs: dict[str, Reply]


def erase(refs: Collection[str], above: int | None = None) -> Generator[Step, Any, Erased]:
    """Delete and purge records. above: of more in one module Zoho makes a job, if it likes; None: never."""
    jobs, rest, deleted = yield from _hand_over(many(refs, above), set(refs))
    deleted |= yield from _in_bulk(_deletions(sorted(rest)), "data")
    in_bin = [ref for ref, said in deleted.items() if isinstance(said, Said)]
    purged = yield from _in_bulk(_purges(in_bin), "recycle_bin")
    absent = [ref for ref in in_bin if _is_absent(deleted[ref]) and _is_absent(purged[ref])]
    fates = {ref: _fate(said) for ref, said in (deleted | purged).items()}
    return Erased(fates | (yield from _recheck(absent)), jobs)


def purge(refs: Collection[str]) -> Generator[Step, Any, dict[str, Answer]]:
    """What became of records that a job has deleted, or not."""
    purged = yield from _in_bulk(_purges(sorted(refs)), "recycle_bin")
    absent = [ref for ref, said in purged.items() if _is_absent(said)]
    return {ref: _fate(said) for ref, said in purged.items()} | (yield from _recheck(absent))


def said_of(reply: Reply, key: str, ids: Sequence[str]) -> list[Said | VendorError]:
    """What the answer says of each id, in their order. What it says twice and differently it doesn't say.

    Raises:
        VendorError: the answer is no JSON, or an error about the call for several ids as a whole.

    """
    body = reply.json()
    if key not in body and len(ids) > 1:
        raise Said(body["code"], reply).trouble()
    items = body.get(key, [body])
    said: dict[str, set[str]] = defaultdict(set)
    for place, item in enumerate(items):
        named = (item.get("details") or {}).get("id")
        if "code" in item and (named is not None or len(items) == len(ids)):
            about = ids[place] if named is None else str(named)  # without an id it is about the one in its place
            said[about].add(item["code"])
    unsaid = VendorUnavailable("record_not_answered_for", status=reply.status, response_sha256=reply.sha256)
    return [Said(said[record].pop(), reply) if len(said[record]) == 1 else unsaid for record in ids]


_Bulk = Sequence[tuple[Call, Sequence[str]]]


def _deletions(refs: Sequence[str]) -> _Bulk:
    return [
        # Without wf_trigger=false the deletion may start the customer's own workflows, mails among them.
        (_delete(f"/crm/v8/{module}", some, {"wf_trigger": "false"}), some)
        for module, some in by_module(refs, _AT_ONCE)
    ]


def _purges(refs: Sequence[str]) -> _Bulk:
    return [(_delete(_BIN, some, {}), some) for some in chunks(refs, _AT_ONCE)]


def _delete(path: str, refs: Sequence[str], more: Mapping[str, str]) -> Call:
    ids = ",".join(id_of(ref) for ref in refs)
    return Call("DELETE", path, params={"ids": ids, **more}, expect=frozenset({200, 207, 400}))


_HandedOver = tuple[dict[str, Reply], set[str], dict[str, Said | VendorError]]


def _hand_over(refs: Sequence[str], rest: set[str]) -> Generator[Step, Any, _HandedOver]:
    """Jobs, what is still to be deleted, and what was said of records at once."""
    bulk = submissions(refs)
    answers = (yield tuple(call for call, _ in bulk)) if bulk else ()
    jobs: dict[str, Reply] = {}
    at_once = []
    for one, answer in zip(bulk, answers, strict=True):
        try:
            job = taken(answer) if isinstance(answer, Reply) else None
        except VendorError:
            job = None  # read once more below, where it is told of each record
        if job is None:
            at_once.append((one, answer))
        if job != BUSY:
            rest -= set(one[1])
        if job not in {None, BUSY}:
            jobs[f"{JOB}{module_of(one[1][0])}:{job}"] = answer
    return jobs, rest, _read([one for one, _ in at_once], [answer for _, answer in at_once], "data")


def _in_bulk(bulk: _Bulk, key: str) -> Generator[Step, Any, dict[str, Said | VendorError]]:
    return _read(bulk, (yield tuple(call for call, _ in bulk)), key) if bulk else {}


def _read(bulk: _Bulk, answers: Sequence[Answer], key: str) -> dict[str, Said | VendorError]:
    said: dict[str, Said | VendorError] = {}
    for (_, refs), answer in zip(bulk, answers, strict=True):
        try:
            if isinstance(answer, VendorError):
                raise answer
            codes = said_of(answer, key, [id_of(ref) for ref in refs])
        except VendorError as error:
            codes = [together(error) if len(refs) > 1 else error] * len(refs)
        said |= {ref: _sorted_out(code) for ref, code in zip(refs, codes, strict=True)}
    return said


def _sorted_out(said: Said | VendorError) -> Said | VendorError:
    return said.trouble() if isinstance(said, Said) and said.code not in {_DONE, _ABSENT} else said


def _is_absent(said: Said | VendorError) -> bool:
    return isinstance(said, Said) and said.code == _ABSENT


def _fate(said: Said | VendorError) -> Answer:
    if isinstance(said, VendorError):
        return said
    # Deleted a moment ago, but not in the bin: the bin lags. The next try purges it, or finds it gone.
    return said.reply if said.code == _DONE else VendorUnavailable("not_yet_in_recycle_bin")


def _recheck(refs: Sequence[str]) -> Generator[Step, Any, dict[str, Answer]]:
    """Whether records that neither call knows are gone indeed: neither live nor in the bin."""
    if not refs:
        return {}
    expect = frozenset({200, 204})
    places = [
        (f"/crm/v8/{module}/{record}", f"{_BIN}/{record}") for module, _, record in (r.partition(":") for r in refs)
    ]
    answers = yield tuple(Call("GET", path, expect=expect) for pair in places for path in pair)
    return {ref: _whereabouts(*answers[2 * n : 2 * n + 2]) for n, ref in enumerate(refs)}


def _whereabouts(live: Answer, in_bin: Answer) -> Answer:
    for answer, reason in ((live, STILL_THERE), (in_bin, "record_still_in_recycle_bin")):
        if isinstance(answer, VendorError):
            return answer
        if answer.status == 200:  # noqa: PLR2004 - 204 says that there is none
            return VendorUnavailable(reason, status=answer.status, response_sha256=answer.sha256)
    return live
