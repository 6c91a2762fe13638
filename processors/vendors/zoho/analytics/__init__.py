"""Zoho Analytics, API v2: rows of tables, deleted by a criteria.

Deletion: https://www.zoho.com/analytics/api/v2/data-api/delete-row.html
Export: https://www.zoho.com/analytics/api/v2/bulk-api/export-data.html
Frequency: https://www.zoho.com/analytics/api/v2/api-limits-pricing/api-frequency.html
Checked against zoho/analytics-oas 80c36a8, v2.0/data-api.json, bulk-api.json and zoho-analytics-api-common.json.

The call that deletes a person's rows deletes every row, if it is told so; its older version did without being told.
So no deletion is sent without a criteria, and only after the rows that the criteria finds were read and are the
person's. CONFIG stands in the query, as on the page and in Zoho's own client; the OpenAPI document has it in a form.
The cookies are set by the site's own tag, and told by its banner.
"""
