"""Wix: a site's contacts by e-mail address, deleted and purged, and their marketing consent by channel.

Look-up: https://dev.wix.com/docs/rest/crm/members-contacts/contacts/contacts/contact-v4/query-contacts, with the
fields of https://dev.wix.com/docs/rest/crm/members-contacts/contacts/contacts/contact-v4/list-contacts
Deletion: https://dev.wix.com/docs/api-reference/crm/members-contacts/contacts/contacts-v5/delete-contact (into the
trash bin, for 90 days), .../remove-contact-from-trash-bin
Consent: https://dev.wix.com/docs/rest/business-management/marketing/marketing-consent/upsert-marketing-consent

A consent is an address's or a number's own, contact or not: only those that a contact has are told.
"""
