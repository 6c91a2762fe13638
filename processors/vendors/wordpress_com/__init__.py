"""WordPress.com: users of a site with an e-mail address, and comments that carry it.

Calls, answers and errors: Automattic/jetpack, projects/plugins/jetpack/json-endpoints, which serves them:
class.wpcom-json-api-list-users-endpoint.php at 0bf0835, ...-list-comments-endpoint.php at 0481d0e,
...-update-comment-endpoint.php at 1ca1ef2, ...-update-user-endpoint.php at 1fe0e07
https://developer.wordpress.com/docs/api/1.1/post/sites/%24site/users/%24user_ID/delete/

Comments can't be searched by address: all are read, page by page, and compared here.
"""
