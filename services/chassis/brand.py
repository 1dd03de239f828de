"""Whose portal this is, where nothing else is set: what pages and mails bear on top.

The State's marks are for the State alone; each process may be told otherwise (BRAND_INSTITUTION, BRAND_TAGLINE).
"""

INSTITUTION = "RÉPUBLIQUE|FRANÇAISE"  # lines, separated by « | »
TAGLINE = "Ministère de l'Éducation nationale"
SERVICE_TITLE = "Gestion des examens et concours"
