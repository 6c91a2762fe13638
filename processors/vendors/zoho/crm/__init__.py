"""Zoho CRM, API v8: leads and contacts by e-mail address.

Update: https://www.zoho.com/crm/developer/docs/api/v8/update-specific-record.html
Count (`probe`): zoho/crm-oas 45dff2c, v8.0/record_count.json
Limits: https://www.zoho.com/crm/developer/docs/api/v8/api-limits.html
Search and deletion: zoho_crm_search.py, zoho_crm_erase.py.

The CRM has one switch for mail, `Email_Opt_Out`, and no purposes. It can't create a person from an address alone. Its
search lags: a record made or changed seconds ago may not be found, also one that this adapter has just changed.
"""
