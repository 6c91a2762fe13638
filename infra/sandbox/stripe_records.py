"""Stripe's customers, and the jobs that redact them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

PAID_AT = 1_711_843_200
"""Of every invoice and charge: 2024-03-31."""


@dataclass(slots=True)
class Customer:
    id: str
    email: str
    paid: bool
    subscribed: bool = False
    owes: bool = False
    unfinished: bool = False

    def shown(self) -> dict[str, Any]:
        return {"id": self.id, "object": "customer", "email": self.email, "livemode": False}


@dataclass(slots=True)
class Job:
    """`due_at`: when what it is at is done, s since 1970."""

    id: str
    customers: list[str]
    due_at: float
    status: str = "validating"
    errors: list[dict[str, Any]] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        about = {"object": "privacy.redaction_job", "created": PAID_AT, "livemode": False}
        return {"id": self.id, **about, "status": self.status, "validation_behavior": "error"}


def invalid(customer: str) -> dict[str, Any]:
    """What keeps the customer's job from being run."""
    about = {"id": "prjve_1", "object": "privacy.redaction_job_validation_error", "code": "invalid_state"}
    message = "PaymentIntent is not finalized. Confirm or cancel the payment intent."
    return {**about, "erroring_object": {"id": f"pi_{customer}", "object_type": "payment_intent"}, "message": message}
