"""Shopify: one shop's customers by e-mail address and phone number, over the GraphQL Admin API, version 2026-10.

Look-up: https://shopify.dev/docs/api/admin-graphql/2026-10/queries/customerByIdentifier
Marketing: https://shopify.dev/docs/api/admin-graphql/2026-10/mutations/customerEmailMarketingConsentUpdate,
.../customerSmsMarketingConsentUpdate (only SUBSCRIBED, UNSUBSCRIBED and PENDING can be set)
Erasure: https://shopify.dev/docs/api/admin-graphql/2026-10/mutations/customerRequestDataErasure
What an erasure waits for: https://help.shopify.com/en/manual/privacy-and-security/privacy/processing-customer-data-requests

Every answer is a 200: what went wrong stands in its body, in `errors` of the call or `userErrors` of the mutation.
"""
