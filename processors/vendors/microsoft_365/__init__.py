"""Microsoft 365: accounts of a tenant (Entra ID) by e-mail address, over Microsoft Graph 1.0.

https://learn.microsoft.com/graph/api/user-delete: gone for good after 30 days, until then it can be restored
https://learn.microsoft.com/graph/api/directory-deleteditems-delete: at once; for users by delegation alone
Properties and paths: microsoftgraph/msgraph-metadata at f54f11b, schemas/v1.0-Prod.csdl

Whatever else Microsoft 365 has of a person, in mails, calendars, files and recorded meetings of others, no call
finds: a person searches for it (Microsoft Purview), so that every deletion ends as a task.
"""
