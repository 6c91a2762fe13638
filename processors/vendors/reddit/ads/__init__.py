"""Reddit ads: customer list audiences, Ads API v3.

Reference (needs a browser): https://ads-api.reddit.com/docs/v3/operations/update-custom-audience-users
Call, columns, at most 2,500 rows, 204, errors, how an address is written (with Reddit's own examples):
rudderlabs/rudder-transformer@329662c, src/v0/destinations/reddit_audience, which quotes Reddit's document
Tokens, by Basic of the app: segmentio/action-destinations@970a17e, reddit-audiences

Nothing comes back but that the request was taken. Plugins on a site are the site's to gate; events of the pixel and
the Conversions API can't be deleted for one person, and carry `data_processing_options` with the mode LDU where sent.
"""
