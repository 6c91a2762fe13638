from __future__ import annotations

import pytest
from pydantic import ValidationError

from infra.sandbox.people import People, Person, make_people
from infra.sandbox.vendor import Vendor
from infra.sandbox.vendors import load


def test_same_seed_makes_the_same_people_and_another_seed_others() -> None:
    assert make_people(50, seed=1) == make_people(50, seed=1)
    assert not {p.email for p in make_people(50, seed=1)} & {p.email for p in make_people(50, seed=2)}


def test_made_people_are_distinct_and_mixed() -> None:
    people = make_people(900)
    for names in ({p.key for p in people}, {p.email for p in people}, {p.ga_client_id for p in people}):
        assert len(names) == 900
    assert {p.crm for p in people} == {("Contacts",), ("Leads",), ("Leads", "Contacts"), ()}


def test_fewer_people_are_the_beginning_of_more() -> None:
    assert make_people(900)[:10] == make_people(10)


def test_people_are_found_by_every_identity_without_regard_to_case() -> None:
    people = People()
    ada = Person(key="subject-1", email="Ada@Example.test", ga_client_id="1.2")
    people.add(ada)
    assert people.find("SUBJECT-1") is people.find(" ada@example.TEST ") is people.find("1.2") is ada
    assert people.key_of("ada@example.test") == "subject-1"
    assert people.key_of("stranger@example.test") == "stranger@example.test"
    assert people.names(["1.2"]) == {"subject-1", "ada@example.test", "1.2"}


def test_unknown_field_is_refused() -> None:
    with pytest.raises(ValidationError, match="fax"):
        Person.model_validate({"key": "x", "email": "x@example.test", "fax": "+1"})


def test_vendors_register_by_name_and_a_second_of_the_name_is_refused() -> None:
    load()
    assert {"zoho_accounts", "zoho_crm", "zoho_campaigns", "google_oauth", "google_analytics"} <= set(Vendor.registry)
    with pytest.raises(TypeError, match="zoho_crm"):
        type("Second", (Vendor,), {"name": "zoho_crm"})
