"""Zoho Books, API v3: customers and suppliers in the books, and what the law keeps of them there.

Contacts: https://www.zoho.com/books/api/v3/contacts/
Contact persons: https://www.zoho.com/books/api/v3/contact-persons/
Errors: https://www.zoho.com/books/api/v3/errors/; codes of contacts: https://www.zoho.com/invoice/api/v3/contacts/
"Can I delete a customer": https://www.zoho.com/in/books/kb/contacts/delete-a-contact.md

A contact with transactions can't be deleted (code 3000). It is masked and marked inactive, and the answer is
`retained`: the masked record is called `Erased`, the delivery's id and its own, so that whoever reviews it finds it.
Scopes that the refresh token needs: ZohoBooks.contacts.ALL, ZohoBooks.invoices.READ, ZohoBooks.bills.READ.
"""
