"""A system of one's own, called as its owner says in `relay.toml`: docs/in-house.md has a whole example.

How a value is written into a path: https://www.rfc-editor.org/rfc/rfc3986#section-2; what the methods and statuses
mean: https://www.rfc-editor.org/rfc/rfc9110. Everything else is the owner's word, and is believed. Each call must be
harmless when it comes twice: a delivery is done again after a crash, with the same `{delivery_id}`.
"""
