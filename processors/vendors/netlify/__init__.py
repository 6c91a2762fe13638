"""Netlify: what people have sent through the forms of sites, found by the e-mail address in it.

Calls and answers: netlify/open-api at 6508031, swagger.yml (listSiteSubmissions, deleteSubmission)
What is taken for spam is listed by itself, `state=spam`:
https://docs.netlify.com/manage/forms/submissions.md, https://dev.to/netlify/handling-form-submissions-via-the-netlify-api-36b

Nobody can be searched for: all submissions of a site are read, page by page, and compared here.
"""
