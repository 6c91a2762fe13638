"""A person's names in the forms in which vendors take them: hashed, or as international phone numbers.

E.164: https://www.itu.int/rec/T-REC-E.164 (a plus, at most 15 digits, none of them leading 0).
Google: https://developers.google.com/google-ads/api/docs/remarketing/audience-segments/customer-match/get-started#prepare_the_data
Meta: https://developers.facebook.com/docs/marketing-api/audiences/guides/custom-audiences#hash
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from schemas.errors import MissingIdentity, VendorRefused

if TYPE_CHECKING:
    from processors.vendors.base import Instruction

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_WRITTEN = re.compile(r"[\s().\-/]")
_DOTLESS = frozenset({"gmail.com", "googlemail.com"})
Rules = Mapping[str, Callable[[str], str]]
"""Identity type → how its value is written before it is hashed; a type that isn't there is only trimmed."""


def trimmed_lower(value: str) -> str:
    return value.strip().lower()


def e164(phone: str) -> str:
    """The number with a plus and its country's code, without spaces and signs.

    Raises:
        VendorRefused: it has no country's code, and none is guessed, or it is no number.

    """
    number = _WRITTEN.sub("", phone)
    number = f"+{number[2:]}" if number.startswith("00") else number
    if not _E164.fullmatch(number):
        raise VendorRefused("phone_not_e164")
    return number


def google_email(email: str) -> str:
    """As Google's customer match wants it: at Gmail no dots in the name, and no part from `+` on."""
    name, at, host = trimmed_lower(email).partition("@")
    return f"{name.partition('+')[0].replace('.', '')}{at}{host}" if host in _DOTLESS else f"{name}{at}{host}"


def bare_digits(phone: str) -> str:
    """As Meta wants it: country's code and number, digits alone."""
    return e164(phone)[1:]


USUAL: Rules = {"email": trimmed_lower, "phone": e164}
GOOGLE: Rules = {"email": google_email, "phone": e164}
META: Rules = {"email": trimmed_lower, "phone": bare_digits}


def md5_lower(email: str) -> str:
    """MD5 of the trimmed address in lower case, in hex: Mailchimp's name for a member."""
    return hashlib.md5(_address(trimmed_lower(email)).encode(), usedforsecurity=False).hexdigest()


def sha256_of(kind: str, value: str, rules: Rules = USUAL) -> str:
    """SHA-256 in hex of an identity of this type, written as the vendor's `rules` say.

    Raises:
        VendorRefused: it can't be written so; hashed as it is, the vendor would find nobody and say so to nobody.

    """
    written = rules.get(kind, str.strip)(value)
    return hashlib.sha256((_address(written) if kind == "email" else written).encode()).hexdigest()


def hashes(instruction: Instruction, *types: str, rules: Rules = USUAL) -> tuple[str, ...]:
    """SHA-256 of all identities of these types, none twice; those that were handed in hashed stand as they are.

    Raises:
        MissingIdentity: the event had none of them.
        VendorRefused: one can't be written as the rules say.

    """
    found = tuple(
        one.value if one.format == "sha256" else sha256_of(one.type, one.value, rules)
        for wanted in types
        for one in instruction.identities
        if one.type == wanted and one.value.strip()
    )
    if not found:
        raise MissingIdentity(*types)
    return tuple(dict.fromkeys(found))


def _address(email: str) -> str:
    name, _, host = email.rpartition("@")
    if not name or not host or re.search(r"\s", email):
        raise VendorRefused("email_not_hashable")
    return email
