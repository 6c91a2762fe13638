"""Mixpanel, GDPR API v3.0: deletion tasks.

Deletion: https://docs.mixpanel.com/reference/gdpr-api
Opting out: https://docs.mixpanel.com/docs/privacy/protecting-user-data
Checked against mixpanel/docs ba22906: openapi/gdpr.openapi.yaml (3.0.0) and reference/gdpr-api.mdx. Where these
differ (the id of a new task, 1999 or 2000 ids in one) both are read, and the smaller number is kept to.

A task deletes events and profile of `distinct_id`s in one project, and takes up to 30 days; its status is asked for.
Tracking is stopped by the SDK on the person's device; no call of a server opts anybody out.
"""
