"""A clean run: what two people chose, what came of it, and what their vendors hold in the end."""

from __future__ import annotations

from made_run import MadeRun, leg

ANNA, BORIS = "anna-0001", "boris-0002"
MAIL = ("comms-marketing", "email")


def clean_run() -> MadeRun:
    """Anna goes to and fro about mails, Boris wants to be forgotten; there are a repeat, a late one and junk."""
    run = MadeRun()
    run.expect["limits"] = {"crm": [[2, 1]]}
    run.vendors["web"] = {ANNA: {"deletion_requested": None}, BORIS: {"deletion_requested": "2026-01-01"}}
    _grant_surveys(run)
    _withdraw_and_grant(run)
    _be_forgotten(run)
    run.publish(None, "junk")
    run.judge("rejected", None, None)
    return run


def _grant_surveys(run: MadeRun) -> None:
    event = run.say("consent.granted", ANNA, 1, purposes=["surveys"], channels=["email"])
    run.judge("planned", event, "p1.anna", leg(event, "mail", "grant", ("surveys", "email")))
    run.call("mail", ANNA, 1.1, "grant", purpose="surveys")
    run.end(event, "mail", "grant", "accepted")
    run.vendors["mail"][ANNA] = {"known": True, "lists": {"surveys": "active"}, "do_not_mail": False}


def _withdraw_and_grant(run: MadeRun) -> None:
    scope = {"purposes": ["comms-marketing"], "channels": ["email"]}
    event = run.say("consent.withdrawn", ANNA, 20, **scope)
    run.judge("planned", event, "p1.anna", leg(event, "crm", "withdraw", MAIL))
    run.call("crm", ANNA, 20.1, "withdraw", module="Contacts")
    run.end(event, "crm", "withdraw", "executed")
    run.say("consent.withdrawn", ANNA, 20, **scope)
    run.judge("duplicate", event, "p1.anna")
    late = run.say("consent.granted", ANNA, 10, **scope)
    run.judge("stale", late, "p1.anna")
    event = run.say("consent.granted", ANNA, 30, **scope)
    run.judge("planned", event, "p1.anna", leg(event, "crm", "grant", MAIL))
    run.call("crm", ANNA, 30.1, "grant", module="Contacts")
    run.end(event, "crm", "grant", "executed")
    run.vendors["crm"][ANNA] = {"records": [{"module": "Contacts", "opted_out": False, "in_bin": False}]}


def _be_forgotten(run: MadeRun) -> None:
    event = run.say("deletion.requested", BORIS, 40)
    legs = [leg(event, lane, "delete", all_purposes=True) for lane in ("crm", "mail", "web")]
    run.judge("planned", event, "p1.boris", *legs)
    run.call("crm", BORIS, 40.1, "delete", modules=["Contacts"])
    run.call("crm", BORIS, 40.2, "purge", modules=["Contacts"])
    run.end(event, "crm", "delete", "executed")
    run.end(event, "crm", "delete", "verified")
    run.call("mail", BORIS, 40.1, "withdraw", purpose="*")
    run.end(event, "mail", "delete", "manual_task")
    run.call("web", BORIS, 40.1, "delete")
    run.end(event, "web", "delete", "accepted")
    run.vendors["crm"][BORIS] = {"records": []}
    run.vendors["mail"][BORIS] = {"known": True, "lists": {"surveys": "unsub"}, "do_not_mail": True}
