"""« M'inscrire » and « Mes inscriptions »: choosing an exam, the tabs, the save, changing and withdrawing."""

from flask import Blueprint

blueprint = Blueprint("inscription", __name__)

from gateway.web.inscription import autosave, choix, mes_inscriptions, onglets, specialites  # noqa: E402, F401 - they add their routes
