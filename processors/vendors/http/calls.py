"""In-house system over HTTP: a request as it is configured, filled in; and what its answer means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processors.engine.classify import classify
from processors.vendors.base import Call, Reply
from processors.vendors.batches import NOT_UNDERSTOOD
from processors.vendors.http.templates import as_json, as_path, as_text
from schemas.errors import VendorRefused, VendorUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.vendors.http.options import Request
    from processors.vendors.http.templates import Field, Value


def call_of(action: str, request: Request, values: Mapping[Field, Value]) -> Call:
    body, is_form = request.body, request.encoding == "form"
    return Call(
        request.method,
        as_path(request.path, values),
        params=_texts(request.query, values),
        json=None if body is None or is_form else as_json(body, values),
        form=_texts(body or {}, values) if is_form else None,
        headers=_texts(request.headers, values),
        expect=request.expect,
        api=action,
    )


def is_known(request: Request, reply: Reply) -> bool:
    """Of a call that succeeded: whether the system knows the person.

    Raises:
        VendorError: it didn't succeed.

    """
    if request.unknown is not None and request.unknown.fits(reply):
        return False
    is_good = request.success.fits(reply)
    if is_good:
        return True
    about: dict[str, Any] = {"status": reply.status, "response_sha256": reply.sha256}
    if is_good is None:
        raise VendorUnavailable(NOT_UNDERSTOOD, **about)
    raise classify(reply, request.success.status, 0.0) or VendorRefused("not_success", **about)


def _texts(template: Mapping[str, str], values: Mapping[Field, Value]) -> dict[str, str]:
    return {name: as_text(text, values) for name, text in template.items()}
