"""Sizes of the lists for staff, which services and the gateway share."""

USUAL_PAGE = 50  # items
LARGEST_PAGE = 200
"""Items of a page, and as many as one request may decide or remind at once."""
LARGEST_SELECTION = 500
"""Pieces of a whole list that the gateway's pages show together and decide, in several requests."""
USUAL_CHANGES_PAGE = 100
LARGEST_CHANGES_PAGE = 500
"""Lines of the feed of changes."""
USUAL_AUDIT_PAGE = 50
LARGEST_AUDIT_PAGE = 200
"""Entries of an audit trail."""
USUAL_MAILS_PAGE = 20
LARGEST_MAILS_PAGE = 50
"""Of « Mes messages »."""
ROWS_PAGE = 100
"""Documents, or refused lines, of a publication."""
ACCOUNTS_SHOWN = 20
"""Of the candidates' accounts that a search finds."""
TEAM_PAGE = 100
"""Staff accounts, tools' tokens, names."""
