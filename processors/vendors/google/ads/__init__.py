"""Google Ads: customer lists (Customer Match), Data Manager API v1.

Calls, answers, reasons of errors: googleapis/googleapis@f8291d2, google/ads/datamanager/v1
Removal: https://developers.google.com/data-manager/api/reference/rest/v1/audienceMembers/remove
Status of a request: https://developers.google.com/data-manager/api/devguides/diagnostics
Names: https://developers.google.com/data-manager/api/devguides/concepts/formatting
Limits: https://developers.google.com/data-manager/api/devguides/limits

A request is only taken in; half an hour later it can be asked whether all its records were processed, which is done:
counts say nothing of a person. `audienceMembers:removeAll` empties a list, and is never called.

The way before it, `offlineUserDataJobs` and `UserDataService` of the Google Ads API, is not spoken: since April 2026
it is shut to developer tokens that had not used it (CUSTOMER_NOT_ALLOWLISTED_FOR_THIS_FEATURE,
https://developers.google.com/ads/blog/posts/2026/03/changes-to-customer-match-support-in). There it would be
`customers/{id}/offlineUserDataJobs:create` with `customerMatchUserListMetadata`, `:addOperations` with
`{"remove": {"userIdentifiers": [...]}}`, `:run`, and never `removeAll`.
"""
