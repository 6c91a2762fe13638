from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from infra.sandbox import Person

if TYPE_CHECKING:
    from contract.sandbox.conftest import Bench, Reply

ADA = Person(key="subject-1", email="ada@example.test", user_id="u-ada")


@pytest.fixture
async def segment(bench: Bench) -> Bench:
    bench.authorization = f"Bearer {bench.sandbox.settings.secrets['segment_token']}"
    await bench.control.seed([ADA])
    return bench


async def regulate(segment: Bench, kind: str, *ids: str, subject: str = "USER_ID") -> Reply:
    body = {"regulationType": kind, "subjectType": subject, "subjectIds": list(ids)}
    return await segment.call("POST", "segment", "/regulations", json=body)


async def test_a_regulation_has_a_status_and_suppressions_a_list_in_pages(segment: Bench) -> None:
    made = await regulate(segment, "SUPPRESS_ONLY", "u-ada", "u-else")
    asked = await segment.call("GET", "segment", f"/regulations/{made.body['data']['regulateId']}")
    assert asked.body["data"]["regulation"]["overallStatus"] == "FINISHED"
    page = await segment.call("GET", "segment", "/suppressions", params={"pagination.count": "1"})
    assert page.body["data"]["suppressed"] == [{"subjectType": "USER_ID", "subjectIds": ["u-ada"]}]
    more = {"pagination.count": "1", "pagination.cursor": page.body["data"]["pagination"]["next"]}
    rest = await segment.call("GET", "segment", "/suppressions", params=more)
    assert "next" not in rest.body["data"]["pagination"]
    assert (await segment.control.person(ADA.key))["segment"] == {"known": True, "suppressed": True}


async def test_what_is_no_regulation_is_refused(segment: Bench) -> None:
    for answer in (
        await regulate(segment, "FORGET", "u-ada"),
        await regulate(segment, "SUPPRESS_ONLY"),
        await regulate(segment, "SUPPRESS_ONLY", "u-ada", subject="ANONYMOUS_ID"),
        await regulate(segment, "SUPPRESS_ONLY", *map(str, range(5001))),
    ):
        assert (answer.status, answer.body["errors"][0]["type"]) == (422, "validation")
    assert (await segment.call("GET", "segment", "/regulations/none")).status == 404
    segment.authorization = "Bearer other"
    assert (await regulate(segment, "SUPPRESS_ONLY", "u-ada")).status == 401
