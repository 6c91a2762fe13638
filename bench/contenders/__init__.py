"""One program per contender. Empty on purpose: contenders of other environments import from here."""
