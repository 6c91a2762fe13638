"""Calls for several people: how many of them fit into one, and what an error of such a call says of each."""

from __future__ import annotations

from collections import defaultdict
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from schemas.errors import BatchRefused, VendorAuthRejected, VendorError, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence

    from processors.vendors.base import Answer, Call, Instruction, Reply, Step
    from processors.vendors.capability import Capability

T = TypeVar("T")
TOO_LONG = "answer_too_long"
"""The vendor answers, with more than is read."""
NOT_UNDERSTOOD = "answer_not_understood"
"""It answers in a shape that the adapter doesn't know."""


def packed(
    instructions: Iterable[Instruction], can: Capability, weight: Callable[[Instruction], int]
) -> list[list[Instruction]]:
    """Who goes together, in their order: none is more than the vendor takes, but for one person who is so alone."""
    packs: list[list[Instruction]] = []
    load = 0
    for instruction in instructions:
        more = 0 if can.batch_weight is None else weight(instruction)
        fits = can.batch_weight is None or load + more <= can.batch_weight
        if packs and fits and len(packs[-1]) < can.batch:
            packs[-1].append(instruction)
            load += more
        else:
            packs.append([instruction])
            load = more
    return packs


def chunks(several: Sequence[T], at_once: int) -> list[Sequence[T]]:
    """In their order, at most so many together."""
    return [several[start : start + at_once] for start in range(0, len(several), at_once)]


def carry_out(
    parts: Sequence[tuple[Call, Sequence[str]]], read: Callable[[Call, Reply, int], Sequence[Answer]]
) -> Generator[Step, Any, dict[str, list[Answer]]]:
    """What became of everybody's parts of calls made side by side, by delivery_id.

    parts: calls, and for each line in them whose it is. read: what an answer says of each of so many lines, in their
    order; a VendorError that it raises is one of the call as a whole, as is one that comes instead of an answer.
    """
    answers = (yield tuple(call for call, _ in parts)) if parts else ()
    said: dict[str, list[Answer]] = defaultdict(list)
    for (call, whose), answer in zip(parts, answers, strict=True):
        try:
            if isinstance(answer, VendorError):
                raise answer
            came = read(call, answer, len(whose))
        except VendorError as error:
            came = [together(error) if len(set(whose)) > 1 else error] * len(whose)
        for who, one in zip(whose, came, strict=True):
            said[who].append(one)
    return said


def together(error: VendorError) -> VendorError:
    """What an error of a whole call for several people says of each: what would hit everybody stays as it is."""
    is_everybodys = isinstance(error, (VendorAuthRejected, VendorUnavailable))
    # A proxy says in a page of its own that the request is too large.
    too_large = error.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    if is_everybodys and not too_large and error.reason not in {TOO_LONG, NOT_UNDERSTOOD}:
        return error
    return BatchRefused(error.reason, status=error.status, response_sha256=error.response_sha256, alone=error)
