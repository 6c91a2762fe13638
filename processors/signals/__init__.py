"""Consent told to a site's own tags: which signals there are, how a visitor is named, what is kept as evidence."""
