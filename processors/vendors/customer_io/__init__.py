"""Customer.io, Track API v1: the attribute `unsubscribed`, and suppression of a person.

Reference: https://docs.customer.io/integrations/api/track/
OpenAPI 3.1, version 1.0.0, a copy: github.com/api-evangelist/customer-io b501ffb, openapi/_original/
customer-io-track-api-openapi.json. Limit: https://apis.io/rate-limits/customerio/customerio-rate-limits/

Every call answers an empty object, whether anybody has the identifier or not, and this API reads nobody: so all ends
as `accepted`, and who is unknown can't be told. An update must not create anybody (`_update`). DELETE would let the
data come back with the next event, so an erasure suppresses: the identifier is ignored from then on, by grants too.
"""
