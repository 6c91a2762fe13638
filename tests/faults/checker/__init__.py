"""The independent judge of a run: it shares no code with the product, and reads a run's directory only.

Of the directory (FAULTS.md's files): input.jsonl, acked.jsonl, ledger/<connection>.jsonl, people.json, vendors.json,
relay.toml, faults.jsonl, expect.json, logs/*; and what `dump` writes: events.jsonl, audit.jsonl, dead_letters.jsonl,
topics/*.txt.

faults.jsonl: whatever may lose a call's outcome must stand in it, each with at and until (µs): a fault of a worker or
of the broker counts for all connections, one whose `whom` is a connection for that one alone (a connection that
resets, lies or times out for the whole run: one line over the whole run).
expect.json: policy, pids; open: lanes that may have open deliveries; limits: {connection: [[calls, seconds], ...]};
partitions of consent.events (4).
"""

from checker.dump import dump
from checker.finding import RULES, Finding
from checker.judging import check

__all__ = ["RULES", "Finding", "check", "dump"]
