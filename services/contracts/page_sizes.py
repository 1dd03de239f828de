"""Sizes of the lists for staff, which services and the gateway share."""

USUAL_PAGE = 50  # items
LARGEST_PAGE = 200
"""Items of a page, and as many as one request may decide or remind at once."""
LARGEST_SELECTION = 500
"""Pieces of a whole list that the gateway's pages show together and decide, in several requests."""
