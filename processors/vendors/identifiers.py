"""A person's names in the forms in which vendors take them: hashed, or as international phone numbers.

E.164: https://www.itu.int/rec/T-REC-E.164 (a plus, at most 15 digits, none of them leading 0).
Google: https://developers.google.com/data-manager/api/devguides/concepts/formatting
Analytics: https://developers.google.com/analytics/devguides/config/admin/v1/rest/v1alpha/properties/submitUserDeletion
Reddit: https://business.reddithelp.com, Manual Advanced Matching for Developers (its examples are in the tests)
Meta: https://developers.facebook.com/docs/marketing-api/audiences/guides/custom-audiences#hash
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

from schemas.errors import MissingIdentity, VendorError, VendorRefused

if TYPE_CHECKING:
    from processors.vendors.base import Instruction
    from schemas.events import Identity

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_HASH = re.compile("[0-9a-f]{64}")
_WRITTEN = re.compile(r"[\s().\-/]")
_TRUNK = re.compile(r"\A([\s(]*(?:\+|00)(?!39|378)[1-9]\d{0,2}[\s).\-/]*)\(\s*0\s*\)")
"""A country's code, and behind it the 0 that is only dialled at home, as many write it.

In Italy, the Vatican (both 39) and San Marino (378) that 0 is a part of the number.
"""
_DOTLESS = frozenset({"gmail.com", "googlemail.com"})
Form = tuple[str, str]
"""An identity's type, and the form in which a vendor takes it."""
Rules = Mapping[str, Callable[[str], str]]
"""Identity type → how its value is written before it is hashed; a type that isn't there is only trimmed."""


def trimmed_lower(value: str) -> str:
    return value.strip().lower()


def e164(phone: str) -> str:
    """The number with a plus and its country's code, without spaces and signs.

    Raises:
        VendorRefused: it has no country's code, and none is guessed, or it is no number.

    """
    number = _WRITTEN.sub("", _TRUNK.sub(r"\1", phone))
    number = f"+{number[2:]}" if number.startswith("00") else number
    if not _E164.fullmatch(number):
        raise VendorRefused("phone_not_e164")
    return number


def google_email(email: str) -> str:
    """As Google's customer match wants it: at Gmail no dots in the name, and no part from `+` on."""
    name, at, host = re.sub(r"\s", "", email).lower().partition("@")
    return f"{name.partition('+')[0].replace('.', '')}{at}{host}" if host in _DOTLESS else f"{name}{at}{host}"


def reddit_email(email: str) -> str:
    """As Reddit wants it, at whatever host: no part from `+` on, and nothing but letters and digits in the name."""
    name, at, host = trimmed_lower(email).rpartition("@")
    return f"{re.sub('[^0-9a-z]', '', name.partition('+')[0])}{at}{host}"


def analytics_email(email: str) -> str:
    """As Analytics wants what users provide: no spaces, and at Gmail no dots in the name; a `+` part stays."""
    name, at, host = re.sub(r"\s", "", email).lower().partition("@")
    return f"{name.replace('.', '') if host in _DOTLESS else name}{at}{host}"


def bare_digits(phone: str) -> str:
    """As Meta wants it: country's code and number, digits alone."""
    return e164(phone)[1:]


USUAL: Rules = {"email": trimmed_lower, "phone": e164}
GOOGLE: Rules = {"email": google_email, "phone": e164}
REDDIT: Rules = {"email": reddit_email}
ANALYTICS: Rules = {"email": analytics_email, "phone": e164}
META: Rules = {"email": trimmed_lower, "phone": bare_digits}


def md5_lower(email: str) -> str:
    """MD5 of the trimmed address in lower case, in hex: Mailchimp's name for a member."""
    return hashlib.md5(_address(trimmed_lower(email)).encode(), usedforsecurity=False).hexdigest()


def written(kind: str, value: str, rules: Rules = USUAL) -> str:
    """An identity of this type, written as the vendor's `rules` say.

    Raises:
        VendorRefused: it can't be; as it is, the vendor would find nobody and say so to nobody.

    """
    text = rules.get(kind, str.strip)(value)
    return _address(text) if kind == "email" else text


def sha256_of(kind: str, value: str, rules: Rules = USUAL) -> str:
    """SHA-256 in hex of what `written` gives, which raises what it raises."""
    return hashlib.sha256(written(kind, value, rules).encode()).hexdigest()


def forms(
    instruction: Instruction, types: Collection[str], form: Callable[[Identity], str]
) -> tuple[list[Form], VendorError | None]:
    """All identities of these types in the form that is wanted (empty: in none), none twice.

    One that can't be written keeps nothing from the others: the second is its error, to be told when they are done;
    or MissingIdentity, where there is nothing to be written.
    """
    found: dict[Form, None] = {}
    odd: VendorError | None = None
    for one in (one for wanted in types for one in instruction.identities if one.type == wanted):
        try:
            if one.value.strip() and (text := form(one)):
                found[one.type, text] = None
        except VendorRefused as error:
            odd = error
    return list(found), odd if found or odd else MissingIdentity(*types)


def require_forms(
    instruction: Instruction, types: Collection[str], form: Callable[[Identity], str]
) -> tuple[list[Form], VendorError | None]:
    """`forms`, of which there is at least one.

    Raises:
        MissingIdentity: the event had none of these types.
        VendorRefused: none of them can be written.

    """
    found, odd = forms(instruction, types, form)
    if not found and odd is not None:
        raise odd
    return found, odd


def searched(one: Identity) -> str:
    """An address or a number for `forms` as vendors search for it; nothing for a hash, by which they find nobody.

    Raises:
        VendorRefused: the number can't be written as E.164.

    """
    if one.format != "raw":
        return ""
    return trimmed_lower(one.value) if one.type == "email" else e164(one.value)


def hashed(instruction: Instruction, *types: str, rules: Rules = USUAL) -> tuple[list[Form], VendorError | None]:
    """`forms`, with the SHA-256 of each; those that were handed in hashed stand as they are."""
    return forms(instruction, types, lambda one: _sha256(one, rules))


def hashes(instruction: Instruction, *types: str, rules: Rules = USUAL) -> tuple[str, ...]:
    """The same without their types.

    Raises:
        MissingIdentity: the event had none of them.
        VendorRefused: one can't be written as the rules say.

    """
    found, odd = hashed(instruction, *types, rules=rules)
    if odd is not None:
        raise odd
    return tuple(dict.fromkeys(value for _, value in found))


def _sha256(one: Identity, rules: Rules) -> str:
    if one.format != "sha256":
        return sha256_of(one.type, one.value, rules)
    if not _HASH.fullmatch(one.value):  # vendors take it for a hash of somebody unknown, and don't say so
        raise VendorRefused("hash_malformed")
    return one.value


def _address(email: str) -> str:
    name, _, host = email.rpartition("@")
    if not name or not host or re.search(r"\s", email):
        raise VendorRefused("email_not_hashable")
    return email
