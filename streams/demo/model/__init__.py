"""A second, small model of the relay, to check the first one by: it shares the contracts with it and no decision.

It reads `consent.events` as it stands and asks of each record, over all that the person ever said, what must come of
it. Slow and plain on purpose; it knows the kinds of event, the demo's vendors and its personal data only.
"""

from streams.demo.model.expect import Expected, World, expect
from streams.demo.model.log import Entry, Place, home
from streams.demo.model.verdict import Verdict

__all__ = ["Entry", "Expected", "Place", "Verdict", "World", "expect", "home"]
