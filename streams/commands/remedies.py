"""What a person can do about a dead letter, by its reason."""

from __future__ import annotations

_REDRIVE = "then `consent-relay dead-letters redrive`"
_AGAIN = "have its publisher publish it again, corrected, under a new event_id"
ROUTER = {
    "undecodable": "no released schema reads these bytes: its publisher must write Avro's single-object encoding "
    "with a schema of schemas/avro/released, and publish it again",
    "invalid": f"the field breaks a rule; --reveal shows the event: {_AGAIN}; or, if relay.toml or the policy lacks "
    f"what it names, add that, restart the workers, {_REDRIVE}",
    "clock": f"it comes from an impossible moment, and only what protects the person counts all the same: {_AGAIN}",
    "event_id_reuse": f"another event has this event_id already, with other content: {_AGAIN}",
    "unknown_policy": f"register that policy or version, or correct relay.toml, {_REDRIVE}",
    "oversize": "it is larger than a topic takes: have it published again with less in it",
    "oversize_left_in_place": "too large for the dead letters: read it at its origin before the topic drops it, "
    "and have it published again with less in it; lower that topic's max.message.bytes to 1 MiB",
    "partition_mismatch": "the partition count of the topics differs from this relay's: `consent-relay topics check`",
}
_UNREAD = (
    "this release can't read the delivery, so no vendor was asked and no redrive can send it: see in `audit show` "
    "what its event was due there, and do that by hand, or have the event published again under a new event_id"
)
LANE = {
    "undecodable": _UNREAD,
    "invalid": _UNREAD,
    "adapter_error": f"the adapter has a fault, or took an answer for another: report it, update, {_REDRIVE}",
    "missing_identity": "the event named nothing that the vendor finds the person by: have it published with it",
    "identities_do_not_open": "its sealed identities were damaged: have the event published again",
}


def remedy_for(source: str, reason: str) -> str:
    """A sentence, whatever the reason is."""
    if source == "router":
        return ROUTER.get(reason, ROUTER["invalid"])
    return LANE.get(
        reason, f"the vendor refused it or did not answer: check with the vendor, {_REDRIVE}, or do it by hand if due"
    )
