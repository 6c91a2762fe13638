"""Google Analytics 4: the User Deletion API.

Guide: https://developers.google.com/analytics/devguides/config/userdeletion/v3
Request: https://developers.google.com/analytics/devguides/config/userdeletion/v3/reference/userDeletion/userDeletionRequest
Quotas: https://developers.google.com/analytics/devguides/config/userdeletion/v3/limits-quotas

A request is only taken in; nothing can be asked about it later. Aggregated reports and exports (BigQuery)
are not touched. Consent has no call: it is a signal of the site's own tag (Consent Mode).
"""
