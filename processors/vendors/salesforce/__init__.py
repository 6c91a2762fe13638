"""Salesforce, Sales and Service Cloud: leads and contacts by e-mail address.

https://developer.salesforce.com/docs/platform/api-rest/guide/
Recycle bin, 15 days, and that it can be emptied by SOAP, Bulk API and Apex, not by REST:
https://developer.salesforce.com/docs/atlas.en-us.232.0.api.meta/api/sforce_api_calls_emptyrecyclebin.htm
Errors: https://developer.salesforce.com/docs/atlas.en-us.264.0.api_rest.meta/api_rest/errorcodes.htm
Token: https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_jwt_flow.htm

It has one switch for mail, `HasOptedOutOfEmail`, and no purposes.
"""
