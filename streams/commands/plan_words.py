"""What the words of a plan mean, for whoever reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

WORDS = {
    "manual_task": "a person has to do it, and says so with `consent-relay tasks done`",
    "unbound_recipient": "no connection for it yet: it stays open, and the request with it",
    "client_signal": "by the site's own signal: a person sees to it that the site heeds it",
    "not_applicable": "nothing to do there, for the reason beside it",
    "retained": "kept for the reason beside it",
    "terminated_product": "the product is gone",
    "delegated_to": "the person deals with that company directly",
    "superseded": "another choice counts there",
    "public": "published: what others copied can't be called back",
    "basis": "it rests on a basis that leaves the person no choice, the one in brackets",
    "no_recipient": "the policy names nobody who gets data for it",
    "no_such_purpose": "this policy has no purpose of that kind",
    "nothing_to_stop": "nothing can be stopped, and the person is told so",
    "separate_consent": "it needs a consent of its own, and this one was about something else, too",
    "not_named": "it is granted only by whoever names it",
    "other_basis": "it can't rest on the basis that the event names; the policy's own are in brackets",
    "policy_has_other_basis": "the consent counts; the policy rests it on what is in brackets",
    "unknown_basis": "the policy has no such basis; what protects is carried out all the same",
    "taken_as_withdrawal": "an objection to what rests on the basis in brackets is taken as a withdrawal",
    "not_retroactive": "what was done before stays lawful",
    "service_termination": "by the policy the service may end",
    "service_degraded": "by the policy parts of the service may not work any more",
    "barred": "an opt-out, a restriction or an age stands in its way",
    "newer_choice": "a newer one of the person",
    "own_choice": "one of the person's own: a grant by somebody else counts behind it",
    "region": "its connection is for people of other places",
    "channel": "it knows none of the channels that were named",
    "told_by_vendor": "it is what this vendor told us",
    "other_purpose_withdrawn": "another purpose stands withdrawn that the vendor has behind the same switch or list",
    "no_call_for_it": "the vendor has no call for that",
    "legal_hold": "a legal hold is in force",
    "backup": "it stays in backups for a while",
    "backup_isolated": "it stays in backups that nobody uses, until deletion is possible",
    "customers_data": "the customer's own to order",
    "no_such_right": "neither the policy nor a law gives a right to it: each use is looked at instead",
    "contract_ended": "the contract is over: each use is looked at",
    "policy_silent_on_minors": "the policy says nothing of minors: a person looks at it",
    "no_rule_for_this_age": "the policy's rows on minors are about younger people",
    "silence_deletes_nothing": "without an answer nothing is deleted, and nothing consented to",
    "import_after_choice": "a list or an import brings back nobody who has chosen otherwise",
    "import_after_erasure": "a list or an import brings back nobody who was erased",
    "others_after_choice": "only the person starts again what was stopped",
    "others_after_erasure": "only the person comes back after an erasure",
    "overtaken_by_newer": "the person has chosen otherwise since",
    "grant_before_erasure": "everything from before was erased",
    "reconsent_not_confirmed": "after this opt-out a consent takes two steps",
    "reconsent_too_early": "after this opt-out nobody may be asked again so soon",
    "verified": "the provision's own words were read",
    "secondary": "the provision as others quote it",
    "unverified": "general knowledge, to be checked",
    "internal": "the law names no number, the target is our own",
}
"""What a plan says in one word, in the words of a reader."""


def meanings(words: Iterable[str | None]) -> list[str]:
    """Of those among them that need it."""
    said = set(words)
    return [f"{word}: {meaning}" for word, meaning in WORDS.items() if word in said]
