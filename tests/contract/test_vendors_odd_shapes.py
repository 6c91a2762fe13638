"""Every adapter: whatever JSON a call is answered with, it ends with a Result or a VendorError, and names nobody."""

from __future__ import annotations

import asyncio
import json
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from answers_support import CALLS, NAMES, PERSON, adapter, outcome
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processors.vendors.base import Reply, Result
from schemas.errors import VendorError

if TYPE_CHECKING:
    from processors.engine.transport import Request
    from schemas.records import Action

EACH = [(name, action, at) for (name, action), calls in CALLS.items() for at in range(len(calls))]
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([*PERSON.values()])
ODD = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3))


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
