"""Amplitude, User Privacy API: deletion jobs of a project.

Deletion: https://amplitude.com/docs/apis/analytics/user-privacy
Opting out: `setOptOut()` of each SDK, https://amplitude.com/docs/sdks
Checked against amplitude/amplitude-docs 6e7e48e, content/collections/api/en/user-privacy.md; what it no longer says
(days until a job runs) stood in amplitude/amplitude-dev-center 1734ac8, docs/analytics/apis/user-privacy-api.md.

People are put into the project's next job, whatever their number; it is done days later, and backups go with it. Ids
that the project doesn't know are named in the answer. A job is found again by the ids in it, as days may move.
"""
