"""« M'inscrire » and « Mes inscriptions »: choosing, the tabs, the number, and what can be done afterwards."""

from flask import Blueprint

blueprint = Blueprint("inscription", __name__)

from gateway.web.inscription import choix, mes_inscriptions, onglets, saisie, specialites  # noqa: E402,F401 - they add their routes
