"""HubSpot: contacts by e-mail address, and an address's subscriptions.

Subscriptions, v4: https://developers.hubspot.com/docs/guides/api/marketing/subscriptions
Status of an address: https://developers.hubspot.com/docs/methods/email/update_status (holds for unknown ones, too)
Deletion: https://developers.hubspot.com/docs/api-reference/legacy/crm/objects/contacts/gdpr/gdpr-delete-contact
How long it takes: https://knowledge.hubspot.com/privacy-and-consent/how-do-i-perform-a-gdpr-delete-in-hubspot

A status hangs on the address and not on a contact, so a withdrawal is carried out whether HubSpot knows the person or
not. `DELETE` of a contact only archives it, for 90 days: it is used nowhere.
"""
