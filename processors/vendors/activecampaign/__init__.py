"""ActiveCampaign, API v3: contacts by address, and their status on each list.

Reference: https://developers.activecampaign.com/reference/overview, the OpenAPI document of its pages as kept in
github.com/api-evangelist/activecampaign 6295cc5, `openapi/_original/activecampaign-v3.json`.
Deletion: https://help.activecampaign.com/hc/en-us/articles/115000349564-How-to-delete-contact-records
Statuses: https://help.activecampaign.com/hc/en-us/articles/221073788-Contact-list-statuses-explained

There is no switch for the person: a withdrawal of everything is one of every list that the contact is on.
"""
