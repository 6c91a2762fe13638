"""Shopify's GraphQL: one address for everything, and a 200 whatever went wrong.

https://shopify.dev/docs/api/admin-graphql#status_and_error_codes: `errors` with a code in `extensions`
https://shopify.dev/docs/apps/build/apis/graphql-admin/rate-limits: THROTTLED, and `cost` beside it
https://shopify.dev/docs/api/usage/response-codes: the statuses of a shop that can't be served
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.vendors.base import Call, Reply
from processors.vendors.words import word
from schemas.errors import VendorAuthRejected, VendorError, VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

PATH = "/admin/api/2026-10/graphql.json"
_FOR_LATER = frozenset({"INTERNAL_SERVER_ERROR", "INTERNAL_ERROR", "TIMEOUT"})
_FOR_NOBODY = frozenset({"ACCESS_DENIED", "SHOP_INACTIVE"})


def ask(query: str, **variables: Any) -> Call:
    """The query's one field answers as `it`."""
    return Call("POST", PATH, json={"query": query, "variables": variables})


def it(reply: Reply) -> Any:
    return reply.json()["data"]["it"]


def require_done(reply: Reply, *, good: frozenset[str] = frozenset()) -> Mapping[str, Any]:
    """What a mutation answers. good: codes that mean it is as wanted all the same.

    Raises:
        VendorError: it says that it did nothing.

    """
    payload: Mapping[str, Any] = it(reply)
    codes = [str(one.get("code")) for one in payload["userErrors"]]
    bad = [code for code in codes if code not in good]
    if bad:
        raise _meaning(bad[0], reply)
    return payload


def fault(reply: Reply) -> VendorError | None:
    """What `errors` of a 200 mean, and that a 404 is never of a customer: there is one address for all."""
    if reply.status not in {200, 404} or b'"errors"' not in reply.body:
        return None
    if reply.status == 404:  # noqa: PLR2004 - HTTP's Not Found
        return VendorAuthRejected("shop_not_found", status=reply.status, response_sha256=reply.sha256)
    body = reply.json()
    errors = body.get("errors") if isinstance(body, dict) else None
    if not errors:
        return None
    first = errors[0] if isinstance(errors, list) and isinstance(errors[0], dict) else {}
    code = str((first.get("extensions") or {}).get("code"))
    if code == "THROTTLED":
        told = {"status": reply.status, "response_sha256": reply.sha256}
        return VendorUnavailable("throttled", **told, retry_after=_wait_s(body), too_fast=True)  # type: ignore[arg-type]
    return _meaning(code, reply)


def _meaning(code: str, reply: Reply) -> VendorError:
    about: dict[str, Any] = {"status": reply.status, "response_sha256": reply.sha256}
    reason = f"shopify_{word(code)}"
    if code in _FOR_NOBODY:
        return VendorAuthRejected(reason, **about)
    if code in _FOR_LATER:
        return VendorUnavailable(reason, lane_wide=False, **about)
    return VendorRefused(reason, **about)


def _wait_s(body: Mapping[str, Any]) -> float | None:
    """Until the bucket holds enough for the query again, s."""
    try:
        cost = body["extensions"]["cost"]
        status = cost["throttleStatus"]
        missing = float(cost["requestedQueryCost"]) - float(status["currentlyAvailable"])
        return max(missing, 0.0) / float(status["restoreRate"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
