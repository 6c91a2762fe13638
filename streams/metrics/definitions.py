"""Every metric, each with its sentence; `docs/metrics.md` is made from this file.

No label ever holds a person, an event, a path or a text of somebody else's: labels.py says what may stand in a
label, which is bounded by the configuration or by the code. Counters count what is committed, so that what an aborted
transaction makes the worker do again is counted once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import Counter, Gauge, Histogram, Info

from streams.metrics.buckets import CALL, QUICK, RECORDS, TO_THE_END
from streams.metrics.definition import Definition

if TYPE_CHECKING:
    from collections.abc import Mapping

EVENTS = Definition(
    Counter, "events",
    "Events judged at home: `planned`, `duplicate`, `stale` (overtaken by a newer choice) or `rejected`.",
    ("kind", "result"),
)  # fmt: skip
FORWARDED = Definition(
    Counter, "events_forwarded", "Events that came in on a partition that is not the person's, and were sent home."
)
PLANNED = Definition(
    Counter, "deliveries_planned", "Deliveries that the router has written to a lane.", ("lane", "action")
)
UNBOUND = Definition(
    Counter, "unbound_recipients", "Legs that are due to a recipient which no connection serves: work for a person."
)
DEAD_LETTERS = Definition(
    Counter, "dead_letters",
    "Records that could not be carried out and are kept sealed. Of the router's, every one with protective=\"yes\" "
    "is a person's request or a legal hold that nobody acts on.",
    ("source", "reason", "protective"),
)  # fmt: skip
ALARMS = Definition(Counter, "alarms", "Alarms in the log, counted where they are logged.", ("alarm",))
SUBJECTS = Definition(Gauge, "router_subjects", "People whose state the router has in memory.")

SETTLED = Definition(
    Counter, "deliveries_settled", "Deliveries whose outcome is in the audit.", ("lane", "action", "outcome")
)
DELIVERY_SECONDS = Definition(
    Histogram, "delivery_seconds",
    "From the receipt of the event to the outcome of one delivery of it, in seconds; restarts lose none.",
    ("lane", "action"), TO_THE_END,
)  # fmt: skip
RETRIES = Definition(
    Counter, "delivery_retries", "Times that a delivery was put off for another try after a failure.", ("lane",)
)
QUESTIONS = Definition(
    Counter, "vendor_questions",
    "Answers of vendors that were asked about what they have taken. asks: about a `job`, or whether the `person` is "
    "gone. answer: `done`, `running`, `undone` (it is done anew), `unanswered` (asked again), `skipped`: there was "
    "no room to keep it.",
    ("lane", "asks", "answer"),
)  # fmt: skip
ENTRIES = Definition(
    Gauge, "lane_entries",
    "Deliveries that the lane keeps: `parked` is tried again, `held`, `waiting` and `dry_run` are on hold, for "
    "`accepted` the vendor runs a job, `verifying` are done and to be read back, `retained` begin anew at their "
    "review date, `manual_task` and `failed` need a person.",
    ("lane", "status"),
)  # fmt: skip
WAIT = Definition(
    Gauge, "lane_wait_seconds", "For how long the lane will still make no call because the vendor asked for it.",
    ("lane",),
)  # fmt: skip
LIMIT_USED = Definition(
    Gauge, "limit_used_ratio",
    "How much of this worker's part of a vendor's limit is used, 0 to 1, by the API that has used most.",
    ("lane", "window"),
)  # fmt: skip
BREAKER = Definition(
    Gauge, "lane_breaker",
    "1 for the state of the lane's breaker: `closed`; `open`: nobody is called; `half_open`: one call finds out how "
    "the vendor is.",
    ("lane", "state"),
)  # fmt: skip
PAUSED = Definition(
    Gauge, "lane_paused",
    "Partitions of the lane that this worker has and that are paused, by an operator or by themselves (alarm "
    "`lane_flood`): no call is started.",
    ("lane",),
)  # fmt: skip
CONFIGURED = Definition(
    Gauge,
    "lane_configured",
    "1 for each connection in this worker's `relay.toml`, whoever serves its lane.",
    ("lane",),
)
REMOVED = Definition(
    Gauge, "lane_removed_open",
    "Deliveries that are open in a lane whose connection is not in `relay.toml` any more; looked at every hour.",
    ("lane",),
)  # fmt: skip
CALL_SECONDS = Definition(
    Histogram, "vendor_call_seconds",
    "Requests to vendors, from sending to the end of the answer. result: `2xx` … `5xx`, with `401`, `403` and `429` "
    "apart, or `timeout`, `unreachable`, `connection_reset`, `answer_too_long`, `answer_is_no_http`, `no_answer`, "
    "`broken_off` (by us).",
    ("lane", "call", "result"), CALL,
)  # fmt: skip
CALLBACKS = Definition(
    Counter, "callbacks",
    "Calls from vendors, by our answer: `204` was taken, `401` was not signed by the vendor. `lane`: or the source.",
    ("lane", "http"),
)  # fmt: skip
SIGNALS = Definition(
    Counter, "signals",
    "Questions of a site's script for its visitor's state, by our answer: `200` was served and stands in the audit, "
    "`401` was no key that the site made, `503` couldn't be told, so everything stays denied.",
    ("lane", "http"),
)  # fmt: skip
IN_FLIGHT = Definition(Gauge, "vendor_calls_in_flight", "Requests that wait for the vendor's answer now.", ("lane",))

ROLE_STATE = Definition(
    Gauge,
    "role_state",
    "1 for the state that the role is in: `starting`, `up` or `halted`.",
    ("role", "lane", "state"),
)
HALTED = Definition(
    Gauge, "role_halted",
    "Places of the role that stand still (partitions, the way to the vendor, or all of it as one), by reason.",
    ("role", "lane", "reason"),
)  # fmt: skip
PARTITIONS = Definition(
    Gauge, "role_partitions",
    "Partitions that this worker has been given (`assigned`) and works on (`working`); over all workers the sum of "
    "`working` is the topic's partition count.",
    ("role", "lane", "state"),
)  # fmt: skip
LAG_RECORDS = Definition(
    Gauge, "lag_records",
    "Records that are not settled yet, over this worker's partitions. What isn't read yet is looked at every 5 s and "
    "counted by offsets.",
    ("role", "lane"),
)  # fmt: skip
LAG_SECONDS = Definition(
    Gauge, "lag_seconds",
    "Age of the oldest record that is not settled, over this worker's partitions. A partition that can't be worked "
    "counts at least since it stands still.",
    ("role", "lane"),
)  # fmt: skip
TRANSACTION_SECONDS = Definition(
    Histogram, "transaction_seconds", "Committed transactions: from begin to commit.", ("role", "lane"), QUICK
)
TRANSACTION_RECORDS = Definition(
    Histogram, "transaction_records", "Records in one committed transaction.", ("role", "lane"), RECORDS
)
TAKEOVER_SECONDS = Definition(
    Histogram, "takeover_seconds", "Taking over a partition: from fencing to work, state included.",
    ("role", "lane"), QUICK,
)  # fmt: skip
RESTORED = Definition(
    Counter, "restored_records", "State records that takeovers have read back into memory.", ("role", "lane")
)
LOST = Definition(
    Counter, "ownership_lost",
    "Times that a partition was given up and taken over anew, after a failed transaction, a lost lease or a fencing.",
    ("role", "lane"),
)  # fmt: skip

REQUESTS_OPEN = Definition(
    Gauge, "requests_open", "People's requests of which something is not done yet; see `requests list`."
)
REQUESTS_OVERDUE = Definition(
    Gauge, "requests_overdue", "Open requests of which something was not done in time, whatever became of it since."
)
REQUEST_OLDEST = Definition(
    Gauge, "request_oldest_seconds", "Age of the oldest open request, since its receipt; 0 without any."
)
REQUESTS_KEPT = Definition(
    Gauge, "requests_kept", "Requests in memory: open ones, and closed ones for 90 days; 2 to 3 kB each."
)
REQUESTS_CLOSED = Definition(
    Counter, "requests_closed",
    "Requests that were closed: `completed`, or `completed_with_exceptions`; one that was opened again counts again.",
    ("result",),
)  # fmt: skip

HEADS = Definition(Counter, "audit_heads", "Heads of the audit's Merkle trees that the notary has signed.")
SIGNED = Definition(
    Counter, "audit_records_signed",
    "Audit records that these heads cover; those that none covers yet are the notary's `lag_records`.",
)  # fmt: skip
UNWITNESSED = Definition(
    Counter,
    "audit_heads_unwitnessed",
    "Heads that could not be written to the witness file; they stand in Kafka alone.",
)

FINDINGS = Definition(
    Gauge, "reconcile_findings", "What the last nightly reconciliation of this worker has found.", ("finding",)
)
RECONCILED_AT = Definition(
    Gauge,
    "reconciled_timestamp_seconds",
    "When it ended, since 1970; 0 where this worker never did it. Of several the newest counts.",
)
RECONCILE_SECONDS = Definition(Gauge, "reconcile_seconds", "How long it took.")

WITHDRAWAL_SECONDS = Definition(
    Histogram, "withdrawal_seconds",
    "From the receipt of a protective event to the last outcome of the deliveries that protect. result: `confirmed` "
    "by all of them, `otherwise` (one was cancelled, retained, or replaced by something newer), `manual_task` (a "
    "person must go on) or `failed`. Followed in the audit as Faust reads it, outcomes of aborted transactions among "
    "them; what was open at a restart is left out.",
    ("kind", "result"), TO_THE_END,
)  # fmt: skip
WITHDRAWALS_OPEN = Definition(
    Gauge, "withdrawals_open", "Protective events that this worker follows and that have no last outcome yet."
)
WITHDRAWAL_OLDEST = Definition(
    Gauge, "withdrawal_oldest_open_seconds",
    "Age of the oldest of these, since its receipt; 0 without any. While it catches up, its own lag counts in.",
)  # fmt: skip
UNFOLLOWED = Definition(
    Counter, "withdrawals_unfollowed",
    "What could not be followed: outcomes of protective deliveries whose planning was not seen (`unseen`: after a "
    "restart or another share of partitions), events dropped because too many are open (`forgotten`), audit records "
    "that can't be read (`unreadable`).",
    ("why",),
)  # fmt: skip
FOLLOWED = Definition(Counter, "audit_records_followed", "Audit records that were looked at for the withdrawals.")

BUILD = Definition(Info, "build", "1, with the release of consent-relay that runs.")

SECTIONS: Mapping[str, tuple[Definition[Counter] | Definition[Gauge] | Definition[Histogram] | Definition[Info], ...]]
SECTIONS = {
    "Events": (EVENTS, FORWARDED, PLANNED, UNBOUND, DEAD_LETTERS, ALARMS, SUBJECTS),
    "Lanes and vendors": (
        SETTLED, DELIVERY_SECONDS, RETRIES, QUESTIONS, ENTRIES, WAIT, PAUSED, LIMIT_USED, BREAKER, CALL_SECONDS,
        IN_FLIGHT, CONFIGURED, REMOVED, CALLBACKS, SIGNALS,
    ),
    "Roles": (
        ROLE_STATE, HALTED, PARTITIONS, LAG_RECORDS, LAG_SECONDS,
        TRANSACTION_SECONDS, TRANSACTION_RECORDS, TAKEOVER_SECONDS, RESTORED, LOST,
    ),
    "Requests": (REQUESTS_OPEN, REQUESTS_OVERDUE, REQUEST_OLDEST, REQUESTS_KEPT, REQUESTS_CLOSED),
    "Audit": (HEADS, SIGNED, UNWITNESSED, FINDINGS, RECONCILED_AT, RECONCILE_SECONDS),
    "Withdrawals": (WITHDRAWAL_SECONDS, WITHDRAWALS_OPEN, WITHDRAWAL_OLDEST, UNFOLLOWED, FOLLOWED),
    "Worker": (BUILD,),
}  # fmt: skip
