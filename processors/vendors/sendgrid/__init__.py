"""Twilio SendGrid, API v3: suppressions, Marketing Campaigns contacts, and erasure of recipients' data.

Suppressions: https://www.twilio.com/docs/sendgrid/api-reference/suppressions-suppressions
Contacts: https://www.twilio.com/docs/sendgrid/api-reference/contacts
Erasure: https://www.twilio.com/docs/sendgrid/api-reference/recipients-data-erasure-api
Checked against twilio/sendgrid-oai dbe0e0d: tsg_suppressions_v3, tsg_mc_contacts_v3, tsg_recipients_data_erasure_v3.

Suppression lists take any address, also one that nobody knows: there is no `no_match` for a choice.
"""
