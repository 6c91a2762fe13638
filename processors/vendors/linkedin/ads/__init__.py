"""LinkedIn ads: matched audiences (DMP segments), versioned REST API.

Users of a segment:
https://learn.microsoft.com/en-us/linkedin/marketing/matched-audiences/create-and-manage-segment-users
Versions and when they end: https://learn.microsoft.com/en-us/linkedin/marketing/versioning
Tokens: https://learn.microsoft.com/en-us/linkedin/shared/authentication/programmatic-refresh-tokens
Body of several users, and the version in use: segmentio/action-destinations@970a17e, linkedin-audiences

The status of the answer proves nothing: each element has one of its own. Removing who isn't there answers as removing
who is, by design. Conversions that were sent can't be deleted for one person; the Insight Tag is the site's to stop.
"""
