"""Salesforce: what is written over a lead's or contact's standard fields where it is masked instead of deleted.

Fields: https://developer.salesforce.com/docs/platform/field-reference/references/field-reference/salesforce-field-reference-contact.html
and https://developer.salesforce.com/docs/atlas.en-us.212.0.sfFieldRef.meta/sfFieldRef/salesforce_field_reference_Lead.htm
LastName, and Company of a lead, must not be empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from processors.vendors.salesforce.records import Kind

_ADDRESS = ("Street", "City", "State", "PostalCode", "Country")
_BOTH = ("Salutation", "FirstName", "Title", "Email", "Phone", "MobilePhone", "Fax", "Description")
_OWN: Mapping[Kind, tuple[str, ...]] = {
    "Contact": (
        "HomePhone", "OtherPhone", "AssistantName", "AssistantPhone", "Birthdate", "Department",
        *(f"{which}{part}" for which in ("Mailing", "Other") for part in _ADDRESS),
    ),
    "Lead": ("Website", *_ADDRESS),
}  # fmt: skip
_MUST: Mapping[Kind, Mapping[str, Any]] = {
    "Contact": {"LastName": "erased"},
    "Lead": {"LastName": "erased", "Company": "erased"},
}


def masked(kind: Kind, also: Sequence[str]) -> dict[str, Any]:
    """Fields and values. `also`: names of further fields to empty."""
    return {**dict.fromkeys((*_BOTH, *_OWN[kind], *also)), **_MUST[kind], "HasOptedOutOfEmail": True}
