"""Every error of the relay, in one tree.

RelayError
├── DataError                 the record is wrong; retrying never helps
│   ├── UndecodableRecord     bytes that no released schema reads
│   ├── InvalidRecord         decodes, but a field breaks a rule
│   └── OversizeRecord        more bytes than the topic takes
├── SetupError                configuration or environment is wrong; says what to do
│   ├── PolicyError           a policy file, or a policy id that nobody has
│   ├── DeadlineError         a file of the law's deadlines, or a regime that nobody has
│   ├── TopicsError           topics missing, or with another partition count
│   └── EmbeddedKafkaError    the embedded broker can't be started or reached
├── OwnershipError            this process may not act on the partition (any more)
│   ├── OwnershipLost         fenced, or another generation took over: take over again
│   ├── StoodStill            its work didn't go on though nothing held it back: take over again
│   ├── LostRange             the log starts after the stored offset: a person must decide
│   ├── StateUnreadable       a record of the state can't be read: a person must mend it
│   └── QuotaUnknown          nobody knows what was used of the vendor's limits: a person must say it
├── ExtensionRefused          a deadline that can't be moved (any more); `reason` says why
├── NotProven                 a head, a key or a proof of the audit that doesn't hold
├── CallbackRefused           a call to us that isn't the vendor's, or says nothing that we know
├── NotTold                   a message to people about their tasks that didn't get there
├── KeyRefused                a visitor's key that the site didn't make, or that is over
└── VendorError               what came of a call to a vendor
    ├── VendorUnavailable     transient: retried
    │   └── VendorUnreachable     no way there: address, certificate, redirect; halts the lane, blames no person
    ├── VendorRefused         permanent: this request will never succeed
    │   └── BatchRefused      the same of a request for several people: one of them may be why
    ├── VendorAuthRejected    credentials or region: halts the lane, blames no person
    └── MissingIdentity       the event names no identity that the vendor can find the person by

`retriable` says whether the same act may succeed later without a change. No text of these errors may hold an
identity of a person or a secret.
"""

from __future__ import annotations

from typing import ClassVar


class RelayError(Exception):
    """Base of all errors that the relay raises on purpose."""

    retriable: ClassVar[bool] = False


class DataError(RelayError):
    """A record that is kept in the dead letters under `reason`, with the offending `field` if one is known."""

    reason: ClassVar[str] = "invalid"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.message = message
        self.field = field


class UndecodableRecord(DataError):
    reason: ClassVar[str] = "undecodable"


class InvalidRecord(DataError):
    """`reason` may be narrowed per instance, e.g. `event_id_reuse`."""

    def __init__(self, message: str, *, field: str | None = None, reason: str = "invalid") -> None:
        super().__init__(message, field=field)
        self.reason = reason  # type: ignore[misc]  # narrowed per instance on purpose


class OversizeRecord(DataError):
    reason: ClassVar[str] = "oversize"


class SetupError(RelayError):
    """Wrong use or configuration. `remedy` is the next thing for a person to do."""

    def __init__(self, message: str, *, remedy: str | None = None) -> None:
        super().__init__(f"{message}\n  what to do: {remedy}" if remedy else message)
        self.message = message
        self.remedy = remedy


class PolicyError(SetupError): ...


class DeadlineError(SetupError): ...


class TopicsError(SetupError): ...


class EmbeddedKafkaError(SetupError): ...


class ExtensionRefused(RelayError):
    """`reason` is a snake_case word for the audit."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class NotProven(RelayError): ...


class CallbackRefused(RelayError): ...


class KeyRefused(RelayError): ...


class NotTold(RelayError):
    retriable = True


class OwnershipError(RelayError):
    """`reason`: a word for the status of what stands still."""

    reason: ClassVar[str] = "ownership"


class OwnershipLost(OwnershipError):
    retriable = True


class StoodStill(OwnershipLost):
    reason = "stuck"


class LostRange(OwnershipError):
    reason = "lost_range"


class StateUnreadable(OwnershipError):
    reason = "state_unreadable"


class QuotaUnknown(OwnershipError):
    reason = "quota_unknown"


class VendorError(RelayError):
    """`reason` is a short snake_case word for the audit; `status` the HTTP status, if there was an answer."""

    def __init__(self, reason: str, *, status: int | None = None, response_sha256: str | None = None) -> None:
        super().__init__(reason if status is None else f"{reason} (HTTP {status})")
        self.reason = reason
        self.status = status
        self.response_sha256 = response_sha256


class VendorUnavailable(VendorError):
    """Transient. `retry_after` in s, as the vendor asked for; `lane_wide`: of everybody, not of one person.

    too_fast: the vendor has had more calls than it allows.
    """

    retriable = True

    def __init__(
        self,
        reason: str,
        *,
        status: int | None = None,
        response_sha256: str | None = None,
        retry_after: float | None = None,
        lane_wide: bool = True,
        too_fast: bool = False,
    ) -> None:
        super().__init__(reason, status=status, response_sha256=response_sha256)
        self.retry_after = retry_after
        self.lane_wide = lane_wide
        self.too_fast = too_fast


class VendorUnreachable(VendorUnavailable):
    """Nobody answers there who is the vendor. No try of a person is spent."""


class VendorRefused(VendorError): ...


class BatchRefused(VendorRefused):
    """Said of everybody in the request; asked for again in smaller ones, until it is known whose fault it is.

    alone: what it means where there was but one person.
    """

    def __init__(
        self,
        reason: str,
        *,
        status: int | None = None,
        response_sha256: str | None = None,
        alone: VendorError | None = None,
    ) -> None:
        super().__init__(reason, status=status, response_sha256=response_sha256)
        self.alone = alone


class VendorAuthRejected(VendorError): ...


class MissingIdentity(VendorError):
    """`needed` are the identity types of which the vendor takes any one."""

    def __init__(self, *needed: str) -> None:
        super().__init__("missing_identity")
        self.needed = needed
