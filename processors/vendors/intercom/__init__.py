"""Intercom: users and leads by e-mail address, and their subscriptions.

https://developers.intercom.com/docs/references/rest-api/api.intercom.io/contacts
Calls and answers as in intercom/Intercom-OpenAPI at 8889625, descriptions/2.16/api.intercom.io.yaml. Limits, with
their headers: https://developers.intercom.com/docs/references/2.17/rest-api/errors/rate-limiting

A person may be several contacts, a user and leads. Their conversations go with them; tickets and ratings don't.
"""
