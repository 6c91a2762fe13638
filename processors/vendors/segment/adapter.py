"""Segment: the calls of each action."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.vendors.base import BatchScript, Instruction, PollScript, Result
from processors.vendors.id_lists import named
from processors.vendors.later import Undone
from processors.vendors.segment.facts import SegmentFacts
from processors.vendors.segment.regulations import how_it_stands, question, regulate, suppressed, under_way
from schemas.errors import VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

_UNKNOWN = 404


class Segment(SegmentFacts):
    name = "segment"

    def grant_batch(self, instructions: Sequence[Instruction]) -> BatchScript:
        return regulate("UNSUPPRESS", instructions)

    def withdraw_batch(self, instructions: Sequence[Instruction]) -> BatchScript:
        return regulate("SUPPRESS_ONLY", instructions)

    def delete_batch(self, instructions: Sequence[Instruction]) -> BatchScript:
        return regulate(self.options.deletion, instructions)

    def poll(self, instructions: Sequence[Instruction]) -> PollScript:
        (job,) = {ref for one in instructions for ref in one.refs}
        reply = yield question(job)
        whose = [one.delivery_id for one in instructions]
        if reply.status != _UNKNOWN:
            return dict.fromkeys(whose, how_it_stands(reply, job))
        if instructions[0].action == "delete":  # nothing else says whether somebody is deleted: begin anew
            about: dict[str, Any] = {"status": reply.status, "response_sha256": reply.sha256}
            return dict.fromkeys(whose, Undone(VendorUnavailable("regulation_unknown", **about)))
        return (yield from _by_the_list(instructions, job))


def _by_the_list(instructions: Sequence[Instruction], job: str) -> PollScript:
    people, answers = named(instructions, "user_id")
    found, reply = yield from suppressed(people)
    wanted = instructions[0].action == "withdraw"
    detail = "suppressed" if wanted else "not_suppressed"
    done = Result("executed", evidence=reply.evidence(job_id=job, detail=detail))
    stands = {who: all((one in found) is wanted for one in ids) for who, ids in people.items()}
    return {**answers, **{who: done if stood else under_way(reply, job) for who, stood in stands.items()}}
