"""Every adapter: whatever JSON a call is answered with, it ends with a Result or a VendorError, and names nobody.

An answer that lacks the list which it should have says nothing of anybody: it ends with an error, and never as if the
vendor didn't know the person.
"""

from __future__ import annotations

import asyncio
import json
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from answers_support import API_CASES, CALLS, NAMES, PERSON, adapter, instruction, outcome
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processors.engine.script import drive
from processors.vendors.base import VENDORS, Reply, Result
from processors.vendors.later import Undone
from schemas.errors import VendorError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processors.engine.transport import Request
    from schemas.records import Action

EACH = [(name, action, at) for (name, action), calls in CALLS.items() for at in range(len(calls))]
READ_BACK = [case for case in API_CASES if VENDORS[case[0]].can[case[1]].read_back_s is not None]
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([*PERSON.values()])
ODD = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3))

NO_LISTS: tuple[Any, ...] = ({}, "", None, False, {"errors": []})
LEFT_OUT = {"unsubscribedMessageTypeIds", "items"}
"""Lists that a vendor leaves out, or as null, where they are empty."""
NOBODY_IS_EMPTY = {
    ("iterable", "/api/users/getByEmail"): "no such user",
    ("activecampaign", "/api/3/contacts/"): "gone",
}
"""Calls of which the vendor documents that an empty object is an answer."""


@st.composite
def bent(draw: st.DrawFn, hoped: Any) -> Any:
    """What was hoped for, with something else at one place."""
    if not isinstance(hoped, dict | list) or not hoped or draw(st.integers(0, 3)) == 0:
        return draw(ODD)
    place = draw(st.sampled_from(sorted(hoped) if isinstance(hoped, dict) else range(len(hoped))))
    changed = dict(hoped) if isinstance(hoped, dict) else list(hoped)
    changed[place] = draw(bent(hoped[place]))
    return changed


@pytest.mark.parametrize(("name", "action", "at"), EACH)
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_it_ends_with_an_outcome(name: str, action: Action, at: int, data: st.DataObject) -> None:
    vendor, calls, places = adapter(name), CALLS[name, action], count()
    good = vendor.rehearse(calls[at])
    hoped = json.loads(good.body) if good.body.strip() else None
    odd = Reply(good.status, {}, json.dumps(data.draw(bent(hoped))).encode())

    async def send(_: Request) -> Reply:
        place = next(places)
        return odd if place == at or place >= len(calls) else vendor.rehearse(calls[place])

    came = asyncio.run(outcome(name, action, send))
    assert isinstance(came, Result | VendorError)
    assert not [person for person in NAMES if person in repr(came)]


def hollow(hoped: Any) -> Iterator[Any]:
    """What was hoped for without one of its lists, or with something else in its place."""
    if isinstance(hoped, list):
        yield from NO_LISTS
        yield from ([bent, *hoped[1:]] for bent in hollow(hoped[0])) if hoped else ()
    elif isinstance(hoped, dict):
        for key, value in hoped.items():
            if isinstance(value, list) and key not in LEFT_OUT:
                yield {other: kept for other, kept in hoped.items() if other != key}
            yield from ({**hoped, key: bent} for bent in hollow(value) if bent is not None or key not in LEFT_OUT)


async def came_of(name: str, action: Action, at: int, odd: Reply) -> Any:
    vendor, calls, places = adapter(name), CALLS[name, action], count()

    async def send(_: Request) -> Reply:
        place = next(places)
        return odd if place == at or place >= len(calls) else vendor.rehearse(calls[place])

    return await outcome(name, action, send)


async def is_refused(name: str, action: Action, at: int, body: Any) -> bool:
    """Whether it ends with an error; or just as hoped, where what was bent is nothing that is read."""
    good = adapter(name).rehearse(CALLS[name, action][at])
    came = await came_of(name, action, at, Reply(good.status, {}, json.dumps(body).encode()))
    return isinstance(came, VendorError) or told(came) == told(await came_of(name, action, -1, good))


def told(came: Any) -> Any:
    return isinstance(came, Result) and (came.outcome, came.reason, came.evidence and came.evidence.detail)


@pytest.mark.parametrize(("name", "action", "at"), EACH)
async def test_without_its_list_an_answer_is_none(name: str, action: Action, at: int) -> None:
    good = adapter(name).rehearse(CALLS[name, action][at])
    for body in hollow(json.loads(good.body) if good.body.strip() else None):
        assert await is_refused(name, action, at, body), body


@pytest.mark.parametrize(("name", "action"), READ_BACK)
async def test_nor_is_anything_read_back_from_it(name: str, action: Action) -> None:
    vendor = adapter(name)

    async def came_back(at: int, body: Any) -> Any:
        async def perform(step: Any) -> Any:
            calls.extend(several := step if isinstance(step, tuple) else (step,))
            replies = tuple(map(vendor.rehearse, several))
            first = len(calls) - len(several)
            if 0 <= at - first < len(several):
                odd = Reply(replies[at - first].status, {}, json.dumps(body).encode())
                replies = (*replies[: at - first], odd, *replies[at - first + 1 :])
            return replies if isinstance(step, tuple) else replies[0]

        calls.clear()
        return await drive(lambda: vendor.read_back(instruction(action)), perform)

    calls: list[Any] = []
    hoped = seen(await came_back(-1, None))
    for at, call in enumerate(list(calls)):
        for body in hollow(json.loads(vendor.rehearse(call).body or b"null")):
            came = await came_back(at, body)
            assert isinstance(came, VendorError) or seen(came) == hoped, (call.path, body, came)


def seen(came: Any) -> Any:
    return came.error.reason if isinstance(came, Undone) else told(came)


@pytest.mark.parametrize(("name", "action", "at"), EACH)
async def test_an_empty_object_is_nobody_only_where_the_vendor_says_so(name: str, action: Action, at: int) -> None:
    documented = [path for vendor, path in NOBODY_IS_EMPTY if vendor == name]
    said_so = any(CALLS[name, action][at].path.startswith(path) for path in documented)
    assert said_so or await is_refused(name, action, at, {})
