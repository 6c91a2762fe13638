"""How strong the evidence is that a vendor's API is as its adapter takes it. None was tried against a live vendor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Mark = Literal["S", "D", "C", "T", "U"]
Source = tuple[Mark, str]
"""A mark, and the document with its version: `("S", "zoho/crm-oas@45dff2c v8.0")`, `("D", "https://...")`."""
MARKS: Mapping[Mark, str] = {
    "S": "official specification, SDK or repository of the documentation, at a version",
    "D": "official page, as read",
    "C": "working code of others",
    "T": "write-up of others",
    "U": "unverified",
}
