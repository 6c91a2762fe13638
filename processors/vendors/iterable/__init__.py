"""Iterable: subscriptions to message types and channels, and forgetting a user.

Reference: https://api.iterable.com/api/docs
GDPR: https://support.iterable.com/hc/en-us/articles/360029174171
Calls, answers and limits: github.com/Iterable/api-client 981eeb5, api-docs.json (Swagger 2.0, version 1.8). What an
unknown user looks like: src/types/users.ts there.

An API key belongs to one project, so a connection is one project: give each its own, all serving the recipient. Users
are named by address, as in e-mail-based and hybrid projects. `forget` deletes and blocks; DELETE would only delete,
and the data could come back. Who was forgotten is never unforgotten by a grant.
"""
