"""What an event may say, and how it is told what is wrong with it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from contract_support import MOMENTS, a_few
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.codec import decode, encode
from schemas.errors import InvalidRecord
from schemas.events import CHANNELS, PROTECTIVE, ConsentEvent, EvidenceLink, VerifiedBy, check_scope_is_stated
from schemas.times import DAY, SECOND, iso, to_micros

BASE: dict[str, Any] = {
    "event_id": "0199f5d0-8a00-7000-8000-000000000001",
    "kind": "consent.withdrawn",
    "controller": "oomnis",
    "subject_id": "c-1001",
    "purposes": ["surveys"],
    "method": "web_form",
    "occurred_at": "2026-03-02T09:30:00Z",
    "published_by": "preference-centre",
}
MARKER = "jane.roe@example.org"


def parse(**changes: Any) -> ConsentEvent:
    return ConsentEvent.parse({**BASE, **changes})


def refused(**changes: Any) -> str:
    with pytest.raises(InvalidRecord) as caught:
        parse(**changes)
    return str(caught.value)


def test_what_an_event_leaves_out_has_one_meaning() -> None:
    parsed = parse()
    assert parsed.channels == ()
    assert parsed.data_domain == "pii"
    assert parsed.expressed_by.relation == "self"
    assert (parsed.policy_id, parsed.received_at, parsed.sealed, parsed.identities) == (None, None, None, ())


def test_all_purposes_are_written_all_or_null() -> None:
    assert parse(purposes="all").purposes is None
    assert parse(purposes=None).purposes is None
    assert parse(purposes=["all"]).purposes == ("all",)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"event_id": "17"}, "event_id: must be a UUID"),
        ({"supersedes": "17"}, "supersedes: must be a UUID"),
        ({"kind": "consent.maybe"}, "kind: Input should be"),
        ({"subject_id": MARKER}, "subject_id: must be your own id"),
        ({"subject_id": "+49301234567"}, "subject_id: must be your own id"),
        ({"subject_id": "+49301234567\n"}, "subject_id: must be your own id"),
        ({"subject_id": ""}, "subject_id: String should have at least 1 character"),
        ({"controller": "x" * 257}, "controller: String should have at most 256 characters"),
        ({"purposes": []}, 'purposes: name at least one purpose, or write "all"'),
        ({"purposes": ["surveys", ""]}, "purposes.1: String should have at least 1 character"),
        ({"channels": ["email", "fax"]}, "channels.1: Input should be"),
        ({"data_domain": "secrets"}, "data_domain: Input should be"),
        ({"method": None}, "method: Input should be"),
        ({"occurred_at": "yesterday"}, "occurred_at: write a moment as in 2026-03-02T09:30:00Z"),
        ({"occurred_at": "2026-03-02T09:30:00"}, "occurred_at: a moment needs a time zone"),
        ({"occurred_at": 2**63}, "occurred_at: Input should be less than"),
        ({"occurred_at": 1.5}, "occurred_at: Input should be a valid integer"),
        ({"identities": [{"type": "E-mail", "value": MARKER}]}, "identities.0.type: String should match"),
        ({"identities": [{"type": "email", "value": ""}]}, "identities.0.value: String should have at least"),
        ({"identities": [{"type": "email", "value": MARKER, "format": "md5"}]}, "identities.0.format: Input"),
        ({"identities": [{"type": "email"}]}, "identities.0.value: is missing"),
        ({"nickname": MARKER}, "nickname: unknown field"),
        ({"kind": "deletion.requested"}, "purposes: a deletion covers the whole person"),
        ({"kind": "deletion.requested", "purposes": None, "channels": ["email"]}, "purposes: a deletion covers"),
        ({"kind": "contract.ended", "data_domain": "service_data"}, "purposes: a contract's end deletes all"),
        ({"kind": "contract.ended", "supersedes": BASE["event_id"]}, "purposes: a contract's end deletes all"),
    ],
)
def test_what_is_wrong_is_told_by_field(changes: dict[str, Any], text: str) -> None:
    told = refused(**changes)
    assert told.startswith(text)
    assert MARKER not in told


def test_of_a_contracts_end_that_is_looked_at_first_a_part_may_be_named() -> None:
    assert parse(kind="contract.ended", purposes=["payments"]).purposes == ("payments",)
    whole = parse(kind="contract.ended", data_domain="service_data", purposes=None)
    assert decode(ConsentEvent, encode(whole)) == whole
    with pytest.raises(InvalidRecord, match=r"^purposes: a contract's end"):
        decode(ConsentEvent, encode(whole.model_copy(update={"purposes": ("service-support",)})))


def test_identities_are_given_readable_or_sealed() -> None:
    sealed = {"key_id": "people.1", "bytes": b"x"}
    assert refused(sealed=sealed, identities=[{"type": "email", "value": MARKER}]).startswith("sealed: give")
    assert parse(sealed=sealed).sealed is not None


@pytest.mark.parametrize("name", ["event_id", "kind", "controller", "subject_id", "method", "occurred_at"])
def test_what_is_missing_is_named(name: str) -> None:
    with pytest.raises(InvalidRecord, match=f"^{name}: is missing$"):
        ConsentEvent.parse({key: value for key, value in BASE.items() if key != name})


@pytest.mark.parametrize("key", [MARKER, "+49 30 1234567", f"x{chr(10)}y"])
def test_an_unknown_key_that_may_name_a_person_is_not_repeated(key: str) -> None:
    assert refused(**{key: "1"}) == "?: unknown field"


@pytest.mark.parametrize(
    "changes",
    [
        {"published_by": MARKER},
        {"jurisdiction": MARKER},
        {"lawful_basis": MARKER},
        {"published_by": "+49301234567"},
        {"verified_by": {"method": f"asked {MARKER}", "at": 1}},
        {"evidence": {"uri": f"mailto:{MARKER}"}},
        {"evidence": {"uri": "https://forms.example.com/?by=jane.roe%40example.org"}},
        {"evidence": {"sha256": MARKER}},
        {"evidence": {"uri": "https://crm.example/calls?from=+4915112345678"}},
        {"evidence": {"uri": "https://crm.example/calls?from=%2b4915112345678"}},
        {"verified_by": {"method": "call back to +44 20 7946 0958", "at": 1}},
        {"published_by": "desk +49 (30) 1234-567"},
    ],
)
def test_what_the_audit_repeats_may_not_name_the_person(changes: dict[str, Any]) -> None:
    told = refused(**changes)
    assert told.endswith("no e-mail address or phone number here")
    assert told.split(":", 1)[0].split(".")[0] == next(iter(changes))
    assert "jane" not in told


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("published_by", {"published_by": "app\x1b[2K"}),
        ("jurisdiction", {"jurisdiction": "EEA\n"}),
        ("lawful_basis", {"lawful_basis": "consent\x9b2K"}),
        ("verified_by.method", {"verified_by": {"method": "asked\u202e", "at": 1}}),
        ("evidence.uri", {"evidence": {"uri": "https://forms.example.com/1\n2026-01-01  all is done"}}),
        ("evidence.sha256", {"evidence": {"sha256": "0\r"}}),
    ],
)
def test_what_the_audit_repeats_must_be_printable(name: str, changes: dict[str, Any]) -> None:
    assert refused(**changes) == f"{name}: has a sign that can't be printed, as a line break or an escape"


@pytest.mark.parametrize(
    "uri",
    [
        "https://forms.example.com/2026/05/03/4915112345678",
        "https://forms.example.com/0f0e8a52-6a3a-4c1c-9a39-0d3f4a5b6c7d?v=1234567890&of=12+15",
        "urn:call:2026-05-03T10:00:00+02:00",
        "s3://consents/20260503T100000+0200/1-2_3.pdf",
    ],
)
def test_numbers_may_stand_in_what_the_audit_repeats(uri: str) -> None:
    assert parse(evidence={"uri": uri}).evidence == EvidenceLink(uri=uri)


def test_what_an_older_release_took_stays_readable_in_the_audit() -> None:
    old = {"uri": "https://crm.example/calls?from=+4915112345678\n"}
    assert EvidenceLink.parse(old).uri == old["uri"]
    method = "call back to +44 20 7946 0958\x1b"
    assert VerifiedBy.parse({"method": method, "at": 1}).method == method


def test_a_space_of_any_width_is_printable() -> None:
    name = "centre\u00a0de\u202fpréférences"
    assert parse(published_by=name).published_by == name


@pytest.mark.parametrize("spelling", ["{0}", "{{{0}}}", "urn:uuid:{0}"])
def test_a_uuid_is_one_however_it_is_spelt(spelling: str) -> None:
    upper = spelling.format(BASE["event_id"].upper())
    assert parse(event_id=upper, supersedes=upper).event_id == BASE["event_id"]
    assert parse(supersedes=upper).supersedes == BASE["event_id"]


def test_protective_kinds_are_those_that_take_something_away() -> None:
    assert parse().protective
    assert not parse(kind="consent.granted").protective
    assert {"consent.granted", "hold.placed", "restriction.lifted"}.isdisjoint(PROTECTIVE)


@pytest.mark.parametrize("kind", ["consent.granted", "consent.withdrawn"])
def test_forgotten_purposes_are_not_all_of_them(kind: str) -> None:
    with pytest.raises(ValueError, match=r'^purposes: is missing: name the purposes, or write "all"$'):
        check_scope_is_stated({"kind": kind})
    check_scope_is_stated({"kind": kind, "purposes": None})
    check_scope_is_stated({"kind": "deletion.requested"})


def test_not_even_the_librarys_own_text_repeats_an_input() -> None:
    with pytest.raises(ValidationError) as caught:
        ConsentEvent.model_validate({**BASE, "subject_id": MARKER, "channels": [MARKER], "received_at": MARKER})
    assert "subject_id" in str(caught.value)
    assert MARKER not in str(caught.value)


def test_an_event_is_never_changed() -> None:
    with pytest.raises(Exception, match="frozen"):
        parse().subject_id = "other"  # type: ignore[misc]


def test_all_channels_are_known() -> None:
    assert parse(channels=list(CHANNELS)).channels == CHANNELS


def test_moments_are_taken_as_text_number_or_datetime() -> None:
    moment = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    expected = 1_772_443_800 * SECOND
    assert to_micros(moment) == to_micros("2026-03-02T09:30:00Z") == to_micros("2026-03-02T10:30+01:00") == expected
    assert to_micros(expected) == expected
    assert parse(occurred_at=moment).occurred_at == expected


@given(MOMENTS)
@a_few
def test_every_moment_can_be_written(micros: int) -> None:
    text = iso(micros)
    assert text.endswith(("Z", "us"))
    assert text.endswith("us") or abs(int(str(to_micros(text))) - micros) < 1000


@given(st.datetimes(timezones=st.just(UTC)))
@a_few
def test_text_and_moment_are_the_same(moment: datetime) -> None:
    assert to_micros(moment.isoformat()) == to_micros(moment)
    assert iso(-DAY) == "1969-12-31T00:00:00.000Z"
