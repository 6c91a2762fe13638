"""Google Analytics 4: one deletion request for each name of a person and each property.

Ids go to the User Deletion API, whose scope lets an account do nothing else; addresses and phone numbers only the
Admin API takes, in plain text, one in a request.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from processors.vendors.base import Call
from processors.vendors.identifiers import ANALYTICS, forms, written

if TYPE_CHECKING:
    from processors.vendors.base import Instruction
    from processors.vendors.google.analytics.options import AnalyticsOptions
    from schemas.errors import VendorError
    from schemas.events import Identity

ID_TYPES = {"ga_client_id": "CLIENT_ID", "user_id": "USER_ID", "ga_app_instance_id": "APP_INSTANCE_ID"}
PROVIDED = ("email", "phone")
ADMIN = "/v1alpha/properties/"
_COOKIE = re.compile(r"GA\d+\.[\d-]+\.(\d+\.\d+)")


def deletions(instruction: Instruction, options: AnalyticsOptions) -> tuple[list[Call], VendorError | None]:
    """The requests, and the error of a name that can't be written, or of there being none."""
    names = (*ID_TYPES, *PROVIDED) if options.user_provided_data else tuple(ID_TYPES)
    found, odd = forms(instruction, names, _written)
    return [_request(p, *one) for p in options.property_ids for one in found], odd


def _written(one: Identity) -> str:
    if one.format != "raw":
        return ""  # of a hash neither API finds anybody
    return written(one.type, one.value, ANALYTICS) if one.type in PROVIDED else _without_prefix(one.value)


def _without_prefix(value: str) -> str:
    """The client id in a `_ga` cookie (GA1.1.X.Y): with the prefix Google would take it and find nobody."""
    cookie = _COOKIE.fullmatch(value)
    return cookie[1] if cookie else value


def _request(property_id: str, kind: str, name: str) -> Call:
    if kind in PROVIDED:
        path = f"{ADMIN}{property_id}:submitUserDeletion"
        return Call("POST", path, json={"userProvidedData": name}, api=property_id)
    request = {
        "kind": "analytics#userDeletionRequest",
        "id": {"type": ID_TYPES[kind], "userId": name},
        "propertyId": property_id,
    }
    return Call("POST", "/analytics/v3/userDeletion/userDeletionRequests:upsert", json=request, api=property_id)
