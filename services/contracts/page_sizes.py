"""Sizes of the lists for staff, which services and the gateway share."""

USUAL_PAGE = 50  # items
LARGEST_PAGE = 200
"""Items of a page, and as many as one request may decide or remind at once."""
