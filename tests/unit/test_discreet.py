"""Whatever a vendor puts where a code belongs, no text for the audit names the person."""

from __future__ import annotations

import hashlib
from functools import partial

import pytest

from processors.engine.discreet import WITHHELD, discreet, own_key
from processors.vendors.base import Result
from processors.vendors.later import Later
from schemas.errors import VendorAuthRejected, VendorRefused, VendorUnavailable
from schemas.events import Identity
from schemas.ids import answer_hash
from schemas.records import Evidence

KEYED = partial(answer_hash, b"pepper" * 8)
ANN = (Identity(type="email", value="Ann+News@example.test"), Identity(type="phone", value="+852 5551 2345"))
NAMING = [
    "ann+news@EXAMPLE.test", "by ann_news_example_test", "85255512345", "job 852-5551-2345",
    "jobs/ann%2Bnews%40example.test", "ann%252bnews%2540example.test", "by%20%61nn_news_example_test",
    "ann@home.example", "job of +49 170 1234567", "ann%2540home.example",
]  # fmt: skip
UNREADABLE = ["\ud800", "two\nlines", "x" * 201, "", "naïve"]
HARMLESS = [
    "records=2",
    "2026-03-02T09:30:00Z",
    "job-4711",
    "unconfirmed",
    "5551234",
    "50%25 of 12",
    "at 09:30:00+02:00",
]


@pytest.mark.parametrize("field", ["job_id", "detail", "link"])
@pytest.mark.parametrize("text", NAMING + UNREADABLE + HARMLESS)
def test_evidence_keeps_what_is_harmless_and_its_numbers(field: str, text: str) -> None:
    evidence = Evidence(status=200, response_sha256="ab").changed(**{field: text})
    came = discreet(Result("executed", evidence=evidence), ANN, KEYED)
    assert isinstance(came, Result)
    kept = text if text in HARMLESS else WITHHELD
    assert came.evidence == evidence.changed(**{field: kept, "response_sha256": KEYED("ab")})


@pytest.mark.parametrize("kind", [VendorRefused, VendorUnavailable, VendorAuthRejected])
@pytest.mark.parametrize("text", NAMING + UNREADABLE)
def test_an_errors_reason_too_and_it_stays_the_same_error(kind: type[VendorRefused], text: str) -> None:
    error = kind(text, status=400, response_sha256="ab")
    came = discreet(error, ANN, KEYED)
    assert type(came) is kind
    assert (came.reason, str(came), came.status, came.response_sha256) == (
        WITHHELD, WITHHELD, 400, KEYED("ab"),
    )  # fmt: skip
    assert (error.reason, error.response_sha256) == (text, "ab"), "others may have it"


def test_a_results_reason_too_and_what_is_harmless_is_the_same_object() -> None:
    assert discreet(Result("manual_task", NAMING[0]), ANN, KEYED) == Result("manual_task", WITHHELD)
    for harmless in (Result("executed", "no_delete_call", Evidence(detail="records=2")), VendorRefused("http_404")):
        assert discreet(harmless, ANN, KEYED) is harmless


def test_a_name_too_short_to_name_anybody_is_looked_for_in_nothing() -> None:
    short = (Identity(type="user_id", value="4"),)
    told = Result("executed", evidence=Evidence(job_id="job-4"))
    assert discreet(told, short, KEYED) == told


def test_a_jobs_own_name_that_names_the_person_is_told_apart_by_a_hash_that_only_we_can_make() -> None:
    job = "ann@home.example"
    came = discreet(Result("accepted", later=Later(job, ())), ANN, KEYED)
    bare = hashlib.sha256(job.encode()).hexdigest()
    assert came == Result("accepted", later=Later(f"{WITHHELD}-{KEYED(bare)}", ()))
    assert bare != KEYED(bare) != own_key()(bare)
