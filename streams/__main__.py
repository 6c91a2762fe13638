"""`python -m streams`: the same as `consent-relay`."""

from streams.cli import main

main()
