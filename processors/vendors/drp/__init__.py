"""Data Rights Protocol 1.0: deletion, and opt-out of sale, at any business that speaks the protocol.

https://github.com/consumer-reports-innovation-lab/data-rights-protocol/blob/ca1f837/data-rights-protocol.md: exercise
2.01, status 2.02, key setup 2.05, agent information 2.06, rights 3.01, statuses 3.02 and 3.03, identities 3.04,
errors 3.06, signatures 3.07. Signing and the token are the engine's (processors/engine/data_rights.py).

It is the law of California in a protocol: a choice is an opt-out of sale or its opposite, and no other purpose has a
call. A request takes one address: who has several is asked about several times. The business gives a request its id,
so a request whose answer was lost is sent again with the same `agent-request-id`. A status callback isn't signed by
anybody, so none is asked for: the status is polled.
"""
