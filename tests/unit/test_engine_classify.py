from __future__ import annotations

import pytest

from processors.engine.classify import classify, retry_after
from processors.vendors.base import Reply
from schemas.errors import VendorAuthRejected, VendorRefused, VendorUnavailable, VendorUnreachable

NOW = 1_772_443_800.0  # 2026-03-02T09:30:00Z


@pytest.mark.parametrize("status", [200, 204, 400, 404, 500])
def test_what_the_script_expects_is_no_error(status: int) -> None:
    assert classify(Reply(status), {status}, NOW) is None


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((status, VendorAuthRejected) for status in (401, 402, 403)),
        *((status, VendorUnavailable) for status in (408, 409, 423, 424, 425, 429, 500, 502, 503, 599)),
        *((status, VendorRefused) for status in (202, 204, 400, 404, 410, 422, 451)),
    ],
)
def test_any_other_status_is_an_error_of_its_kind(status: int, kind: type[Exception]) -> None:
    for body in (b"", b'{"who": "ann@example.test"}', b' ["ann@example.test"]'):
        error = classify(Reply(status, {}, body), {200}, NOW)
        assert type(error) is kind
        assert (error.reason, error.status, str(error)) == (
            f"http_{status}",
            status,
            f"http_{status} (HTTP {status})",
        )
        assert error.response_sha256 == Reply(status, {}, body).sha256


@pytest.mark.parametrize("body", [b"", b"{}", b"<html>"])
def test_who_says_when_to_come_again_has_not_refused(body: bytes) -> None:
    """HubSpot's 477: https://developers.hubspot.com/docs/api-reference/error-handling."""
    for status in (400, 477):
        error = classify(Reply(status, {"retry-after": "3600"}, body), {200}, NOW)
        assert isinstance(error, VendorUnavailable)
        assert (error.reason, error.retry_after, error.too_fast) == (f"http_{status}", 3600.0, False)
    assert type(classify(Reply(403, {"retry-after": "3600"}), {200}, NOW)) is VendorAuthRejected
    assert type(classify(Reply(477, {"retry-after": "soon"}, b"{}"), {200}, NOW)) is VendorRefused


@pytest.mark.parametrize("status", [400, 404, 413, 422])
@pytest.mark.parametrize("body", [b"<html>", b"Client sent an HTTP request to an HTTPS server.", b"\xff\xfe{"])
def test_a_refusal_that_is_no_json_is_not_the_apis(status: int, body: bytes) -> None:
    error = classify(Reply(status, {}, body), {200}, NOW)
    assert (type(error), error and error.reason) == (VendorUnavailable, "answer_is_no_json")


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308, 399])
def test_a_redirect_says_that_the_address_is_wrong(status: int) -> None:
    error = classify(Reply(status, {"location": "https://elsewhere.test/ann"}, b"<html>"), {200}, NOW)
    assert (type(error), str(error)) == (VendorUnreachable, f"redirected (HTTP {status})")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("7", 7.0),
        (" 120 ", 120.0),
        ("0", 0.0),
        ("2.0", 2.0),
        ("0.5", 0.5),
        ("1.", None),
        (".5", None),
        ("1e3", None),
        ("Mon, 02 Mar 2026 09:31:30 GMT", 90.0),
        ("Mon, 02 Mar 2026 09:29:00 GMT", 0.0),
        ("99999999999", 86_400.0),
        ("9" * 5000, 86_400.0),
        ("soon", None),
        ("-5", None),
        ("nan", None),
        ("²", None),
        ("", None),
        ("Mon, 99 Mar 2026 09:31:30 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_nonsense_is_nothing(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, NOW) == seconds
    error = classify(Reply(429, {} if header is None else {"retry-after": header}), {200}, NOW)
    assert isinstance(error, VendorUnavailable)
    assert error.retry_after == seconds


def test_a_date_is_meant_by_the_vendors_own_clock_where_it_tells_it() -> None:
    headers = {"retry-after": "Mon, 02 Mar 2026 09:31:30 GMT", "date": "Mon, 02 Mar 2026 09:31:00 GMT"}
    for ours in (NOW - 3600, NOW, NOW + 3600):
        error = classify(Reply(429, headers), {200}, ours)
        assert isinstance(error, VendorUnavailable)
        assert error.retry_after == 30.0
    assert retry_after(headers["retry-after"], NOW, "no date") == 90.0
