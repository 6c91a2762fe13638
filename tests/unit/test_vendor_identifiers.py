from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from vendor_support import instruction

from processors.vendors.identifiers import ANALYTICS, GOOGLE, META, REDDIT, e164, hashed, hashes, md5_lower, sha256_of
from schemas.errors import MissingIdentity, VendorRefused


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("phone", ["+49 151 1234-5678", "0049 (151) 12345678", "+4915112345678", "+49/151.12345678"])
def test_a_phone_number_is_written_in_one_way(phone: str) -> None:
    assert e164(phone) == "+4915112345678"


@pytest.mark.parametrize(
    ("phone", "number"),
    [
        ("+44 (0)20 7946 0958", "+442079460958"),
        ("0044 (0) 20 7946 0958", "+442079460958"),
        ("(+49)( 0 )15112345678", "+4915112345678"),
        ("+49 151 (0)12345678", "+49151012345678"),
        ("+39 (0)6 6982 1234", "+390669821234"),
        ("0039 (0) 2 1234567", "+39021234567"),
        ("+378 (0)549 123456", "+3780549123456"),
        ("+30 (0)21 0123 4567", "+302101234567"),
        ("+39 06 1234567", "+39061234567"),
        ("+39 (06) 1234567", "+39061234567"),
    ],
)
def test_a_zero_in_brackets_is_no_part_of_the_number_and_any_other_is(phone: str, number: str) -> None:
    assert e164(phone) == number


@pytest.mark.parametrize("phone", ["(0)151 12345678", "(0)0049 151 12345678", "+(0)49 151 12345678"])
def test_a_zero_in_brackets_makes_no_country(phone: str) -> None:
    with pytest.raises(VendorRefused, match="phone_not_e164"):
        e164(phone)


@pytest.mark.parametrize("phone", ["0151 12345678", "15112345678", "+0491", "+12", "+1234567890123456", "+49x", ""])
def test_the_country_is_never_guessed(phone: str) -> None:
    with pytest.raises(VendorRefused, match="phone_not_e164"):
        e164(phone)


def test_mailchimps_name_is_the_md5_of_the_address_in_lower_case() -> None:
    # The example of https://mailchimp.com/developer/marketing/docs/methods-parameters/#path-parameters
    assert md5_lower(" Urist.McVankab@freddiesjokes.com ") == "62eeb292278cc15f5817cb78f7790b08"


@pytest.mark.parametrize(
    ("kind", "value", "rules", "written"),
    [
        ("email", " Ann.Lee+x@Gmail.com", GOOGLE, "annlee@gmail.com"),
        ("email", "Ann.Lee+x@googlemail.com", GOOGLE, "annlee@googlemail.com"),
        ("email", "Ann.Lee+x@Example.test", GOOGLE, "ann.lee+x@example.test"),
        ("email", "Ann.Lee+x@Gmail.com", META, "ann.lee+x@gmail.com"),
        ("phone", "+49 151 12345678", GOOGLE, "+4915112345678"),
        ("phone", "+49 151 12345678", META, "4915112345678"),
        ("email", "A.nn+news @GMail.com", GOOGLE, "ann@gmail.com"),
        ("email", "A.nn+news @GMail.com", ANALYTICS, "ann+news@gmail.com"),
        ("email", "A.nn+news@Example.test", ANALYTICS, "a.nn+news@example.test"),
        ("email", " Al.ice$+Apple@Example.Com", REDDIT, "alice@example.com"),
        ("user_id", " U-7 ", META, "U-7"),
    ],
)
def test_each_vendor_hashes_a_name_as_it_wants_it_written(kind: str, value: str, rules: object, written: str) -> None:
    assert sha256_of(kind, value, rules) == sha(written)  # type: ignore[arg-type]


@pytest.mark.parametrize(("kind", "value"), [("email", "ann"), ("email", "@x.test"), ("email", "a b@x.test")])
def test_what_cannot_be_written_so_is_refused(kind: str, value: str) -> None:
    with pytest.raises(VendorRefused):
        sha256_of(kind, value)
    with pytest.raises(VendorRefused):
        md5_lower(value)


@pytest.mark.parametrize("value", ["0" * 63, "A" * 64, "ann@x.test", "0" * 64 + "\n"])
def test_what_was_handed_in_as_a_hash_and_is_none_is_told_and_keeps_nothing_from_the_others(value: str) -> None:
    person = instruction("delete", emails=("ann@x.test",))
    given = person.identities[0].model_copy(update={"format": "sha256", "value": value})
    found, odd = hashed(replace(person, identities=(given, *person.identities)), "email")
    assert found == [("email", sha("ann@x.test"))]
    assert (type(odd), odd.reason if odd else None) == (VendorRefused, "hash_malformed")


def test_what_was_handed_in_hashed_stands_and_nothing_is_sent_twice() -> None:
    person = instruction("delete", emails=("Ann@x.test", "ann@x.test", "bo@x.test"))
    given = person.identities[0].model_copy(update={"format": "sha256", "value": "0" * 64})
    asked = replace(person, identities=(*person.identities, given))
    assert hashes(asked, "email") == (sha("ann@x.test"), sha("bo@x.test"), "0" * 64)
    with pytest.raises(MissingIdentity):
        hashes(asked, "phone")
