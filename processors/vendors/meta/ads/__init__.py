"""Meta ads (Facebook, Instagram): customer audiences, Marketing API v26.0.

Audiences, hashing, removal from any audience of the account, Limited Data Use:
https://developers.facebook.com/documentation/ads-commerce/marketing-api/audiences/guides/custom-audiences
Users of an audience, an audience that is blocked:
https://developers.facebook.com/documentation/ads-commerce/marketing-api/reference/custom-audience/users
Paths and methods: facebook-business 26.0.3 of PyPI, adobjects/customaudience.py (create_user, delete_users) and
adobjects/adaccount.py (delete_users_of_any_audience)
When versions end: https://developers.facebook.com/documentation/ads-commerce/marketing-api/marketing-api-changelog/versions.md
Data processing options: https://developers.facebook.com/docs/marketing-apis/data-processing-options

What is counted as received proves nothing of a person: nobody can ask who is in an audience, and changes take a day.
Events that were sent (pixel, Conversions API) can't be deleted for one person; to send no more, or with
`data_processing_options`, is the site's and its servers' part. `DELETE /<audience>` without `/users` deletes the
audience itself, and `usersreplace` empties it: neither is ever called.
"""
