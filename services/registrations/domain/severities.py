"""How grave a message of the home page is.

The gateway has French words of each: `components/alert.html` for readers, `web/gestion/annonces.py` for writers. A
constraint of the table `messages` names them: another needs a migration.
"""

SEVERITIES = ("info", "warning", "error")
"""The least grave first; those that the design system's alerts have."""
