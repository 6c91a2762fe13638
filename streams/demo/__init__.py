"""The demo: the whole relay on one machine, with events of its own making, and a check that believes none of it."""
