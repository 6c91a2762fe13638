"""Receipts and confirmations: their fields, what is not known, and their signatures."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from closing_support import EVENT, NOW, closed_leg, delivery, planned, record, said
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from reporting_support import POLICY, facts, report

from processors.closing.retold import EXTENDED
from processors.reporting.confirmation import confirmation
from processors.reporting.receipt import consented, receipt
from processors.reporting.signing import SIGNATURE, signed, thumbprint, verified
from schemas.errors import InvalidRecord, NotProven
from schemas.policy import load_policy
from schemas.records import AuditRecord, CommandRef, Leg
from schemas.times import DAY, iso

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
DELETION = "deletion.requested"
STATES = ("acknowledged", "executed", "verified")


def consent(kind: str, number: int, purposes: tuple[str, ...] = ("marketing-campaigns",), *legs: Leg) -> AuditRecord:
    """Event `number`, said so many days after NOW."""
    made = planned(*legs, kind=kind, at=NOW + number * DAY)
    assert made.event
    said = made.event.changed(purposes=purposes, jurisdiction="EEA", lawful_basis="consent")
    return made.changed(event=said, event_id=str(UUID(int=number)), policy=POLICY.ref)


def of(*records: AuditRecord, event_id: str | None = None) -> dict[str, Any]:
    told = report(*records)
    return receipt(told, facts(*records), consented(told, event_id), "receipt-1", POLICY)


def test_a_receipt_has_the_standards_fields_and_says_which_nobody_told_us() -> None:
    made = of(consent("consent.granted", 1))
    (use,) = made["record"]["pii_processing"]
    assert use["purpose_type"] == "marketing-campaigns"
    assert use["lawful_basis"] == "consent"
    assert use["withdrawal_method"] == {"channel": "email", "value": "privacy@oomnis.com", "masked": False}
    assert use["privacy_notice"]["text_sha256"] == POLICY.text_sha256
    assert set(use["recipient_third_parties"]) == {"zoho-one/marketing"}
    assert [party["party_id"] for party in made["record"]["party_identification"]] == ["oomnis", "zoho-one/marketing"]
    (event,) = made["record"]["events"]
    assert (event["event_state"], event["event_type"], event["event_time"]) == ("given", "expressed", iso(NOW + DAY))
    assert made["record"]["pii_principal_id"] == "p1.ada"
    assert {"pii_processing.language", "pii_processing.storage_locations"} <= set(made["not_recorded"])
    assert "pii_processing.purpose" not in made["not_recorded"]
    assert made["proof"]["place"] == "1@10"


def test_the_receipt_of_a_consent_tells_of_its_end() -> None:
    given, ended = consent("consent.granted", 1), consent("consent.withdrawn", 2)
    made = of(given, consent("consent.withdrawn", 3, ("surveys",)), ended, event_id=given.event_id)
    assert [one["event_state"] for one in made["record"]["events"]] == ["given", "withdrawn"]
    assert made["state"] == "withdrawn"
    assert of(given, ended)["record"]["record_id"] == ended.event_id


def test_a_purpose_that_needs_a_consent_of_its_own_is_in_no_receipt_of_another() -> None:
    refused = closed_leg("not_applicable", "separate_consent", "grant").changed(purposes=("surveys",))
    made = of(consent("consent.granted", 1, ("marketing-campaigns", "surveys"), refused))
    assert [use["purpose_type"] for use in made["record"]["pii_processing"]] == ["marketing-campaigns"]


def test_there_is_no_receipt_for_what_was_not_accepted_or_is_no_consent() -> None:
    stale = record("stale", event=consent("consent.granted", 1).event, reason="grant_before_erasure")
    for told, why in ((stale, "not accepted: grant_before_erasure"), (planned(kind=DELETION), "no consent")):
        with pytest.raises(InvalidRecord, match=why):
            consented(report(told), EVENT)
        with pytest.raises(InvalidRecord, match="no consent event"):
            consented(report(told))


def test_a_confirmation_keeps_acknowledged_executed_and_verified_apart() -> None:
    legs = [delivery(name, "delete", vendor="zoho_crm") for name in ("a", "b", "c")]
    words = [said("a", "accepted"), said("b", "executed"), said("c", "executed"), said("c", "verified")]
    made = confirmation(report(planned(*legs, kind=DELETION), *words), EVENT, "c-1", None)
    assert [tuple(leg[state] is not None for state in STATES) for leg in made["legs"]] == [
        (True, False, False), (True, True, False), (True, True, True),
    ]  # fmt: skip
    assert made["states"] == {"acknowledged": 3, "executed": 2, "verified": 1}
    assert (made["confirms"], made["right"], made["status"], made["all_done"]) == (
        "erasure", "erasure", "in_progress", False,
    )  # fmt: skip
    assert made["completed_time"] is None


def test_what_is_kept_what_stays_in_backups_and_who_was_told_stand_apart() -> None:
    held = closed_leg("retained", "legal_hold", "delete").changed(review_at=NOW + 180 * DAY)
    backup = Leg(kind="none", recipient=None, outcome="retained", reason="backup", backup_until=NOW + 700 * DAY)
    asked = planned(delivery("a", "delete"), held, backup, kind=DELETION)
    made = confirmation(report(asked, said("a", "executed")), EVENT, "c-1", POLICY)
    assert [(one["party"], one["reason"], one["review_at"]) for one in made["retained"]] == [
        ("stripe", "legal_hold", iso(NOW + 180 * DAY))
    ]
    assert made["backups"] == {"until": iso(NOW + 700 * DAY), "isolated": None}
    assert "backups.isolated" in made["not_recorded"], "the policy is silent"
    said_so = confirmation(report(asked, said("a", "executed")), EVENT, "c-1", load_policy("osows"))
    assert said_so["backups"]["isolated"] is True
    assert [(one["party"], one["done"]) for one in made["downstream"]] == [("a-inc", True), ("stripe", False)]
    assert (made["status"], made["all_done"]) == ("completed_with_exceptions", False)


def test_a_stop_is_confirmed_as_such_with_the_laws_that_asked_for_it() -> None:
    leg = delivery("a", rule="gdpr.withdrawal.processor.internal-7d")
    made = confirmation(report(planned(leg), said("a", "executed")), EVENT, "c-1", None)
    assert (made["confirms"], made["regulation"], made["all_done"]) == ("stop", ["gdpr"], True)


@pytest.mark.parametrize("kind", ["command", "forwarded"])
def test_a_first_record_that_names_no_company_leaves_no_document_without_one(kind: str) -> None:
    told = report(record(kind, controller=None), planned(delivery("crm")))
    assert (told.controller, told.subject) == ("oomnis", "p1.ada")
    assert confirmation(told, EVENT, "c-1", None)["controller"]["id"] == "oomnis"


def test_a_confirmation_names_what_it_should_have_and_nobody_told_us() -> None:
    kept, backup = closed_leg("retained", "contract", "delete"), closed_leg("retained", "backup", "delete")
    asked = planned(kept, backup.changed(backup_until=NOW + DAY), kind=DELETION)
    made = confirmation(report(asked), EVENT, "c-1", None)
    never = {"identities", "result_code", "signer_domain"}
    assert set(made["not_recorded"]) == never | {"retained.law", "retained.review_at", "backups.isolated"}
    assert made["not_recorded"] == sorted(made["not_recorded"])
    assert [made[name] for name in sorted(never)] == [None, None, None]
    made = confirmation(report(planned(delivery("a"))), EVENT, "c-1", POLICY)
    assert set(made["not_recorded"]) == never, "nothing is kept anywhere"


def test_its_details_are_the_answer_and_change_with_the_time_expected() -> None:
    asked, eva = planned(delivery("a")), CommandRef(command_id="c-1", name="closer.extend", by="eva")
    made = confirmation(report(asked), EVENT, "c-1", None)
    answer = "Not finished: 0 of 1 done, 1 open. Open: a-inc."
    assert (made["processing_details"], made["extension_reason"]) == (answer, None)
    later = Leg(kind="delivery", recipient="a-inc", delivery_id="a", due_at=NOW + 60 * DAY)
    longer = record(EXTENDED, legs=(later,), command=eva, reason="three systems")
    made = confirmation(report(asked, longer), EVENT, "c-1", None)
    assert made["expected_completion_time"] == iso(NOW + 60 * DAY)
    assert made["processing_details"] == f"{answer} More time was taken on 2026-03-02: three systems."
    assert made["extension_reason"] == "three systems"


@pytest.mark.parametrize("kind", ["consent.granted", "restriction.lifted"])
def test_what_asks_nobody_to_stop_is_not_confirmed(kind: str) -> None:
    with pytest.raises(InvalidRecord, match="nothing is confirmed"):
        confirmation(report(planned(kind=kind)), EVENT, "c-1", None)


def test_a_signature_holds_for_these_very_words_and_this_key_alone() -> None:
    document = signed({"who": "p1.ada", "text": 'Ümläut \u2028 "quoted" </x>', "n": 3, "list": [None, True]}, KEY)
    assert verified(document, [OTHER, PUBLIC]) == thumbprint(PUBLIC)
    assert verified(dict(reversed(document.items())), [PUBLIC])
    for changed in ({"n": 4}, {"more": 1}, {"list": [None, False]}):
        with pytest.raises(NotProven, match="altered"):
            verified({**document, **changed}, [PUBLIC])
    with pytest.raises(NotProven, match="no known key"):
        verified(document, [OTHER])
    for broken in ({}, {"protected": 1}, {"protected": "!", "signature": "x"}, None):
        with pytest.raises(NotProven, match="no signature"):
            verified({**document, SIGNATURE: broken}, [PUBLIC])


def test_the_thumbprint_is_that_of_the_rfc() -> None:
    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    assert thumbprint(public) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"  # RFC 8037, appendix A.3
