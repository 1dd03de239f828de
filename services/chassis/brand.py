"""Default names of the institution and of the service, in the heading of pages and mails.

Only the State may use the State's marks: other operators set BRAND_INSTITUTION and BRAND_TAGLINE.
"""

INSTITUTION = "RÉPUBLIQUE|FRANÇAISE"  # lines, separated by « | »
TAGLINE = "Ministère de l'Éducation nationale"
SERVICE_TITLE = "Gestion des examens et concours"
NAME = "Cyclades"
"""How mails about accounts call the portal (guide §3), and the application of a second factor."""
