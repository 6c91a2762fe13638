"""Google Workspace: accounts of a customer's own domains by e-mail address, over the Admin SDK's Directory API.

https://developers.google.com/workspace/admin/directory/reference/rest/v1/users/get, .../users/delete
20 days in which a deleted account can be restored: https://support.google.com/a/answer/1397578
Limits, told as 403: https://developers.google.com/workspace/admin/directory/v1/limits
The service account acts for an administrator (domain-wide delegation):
https://developers.google.com/identity/protocols/oauth2/service-account#delegatingauthority

Whatever else Workspace has of a person, in mails, calendars and files of others, no call finds: a person searches for
it (Vault), so that every deletion ends as a task.
"""
