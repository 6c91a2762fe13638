"""Google Analytics 4: the User Deletion API, and SubmitUserDeletion of the Admin API.

Guide: https://developers.google.com/analytics/devguides/config/userdeletion/v3
Request: https://developers.google.com/analytics/devguides/config/userdeletion/v3/reference/userDeletion/userDeletionRequest
Quotas: https://developers.google.com/analytics/devguides/config/userdeletion/v3/limits-quotas
Admin API: https://developers.google.com/analytics/devguides/config/admin/v1/rest/v1alpha/properties/submitUserDeletion
and google/analytics/admin/v1alpha/analytics_admin.proto of googleapis/googleapis@f8291d2; its quotas:
https://developers.google.com/analytics/devguides/config/admin/v1/quotas
Consent Mode: https://developers.google.com/tag-platform/security/guides/consent

A request is only taken in; nothing can be asked about it later. Aggregated reports and exports (BigQuery)
are not touched. Consent has no call: it is a signal of the site's own tag, `gtag("consent", "update", {...})`.
"""
