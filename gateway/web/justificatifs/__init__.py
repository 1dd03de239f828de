"""« Mes justificatifs » (guide §10): see what is asked for, deposit, delete, say that all is there."""

from flask import Blueprint

blueprint = Blueprint("justificatifs", __name__)

from gateway.web.justificatifs import depot, envois, lisible, liste  # noqa: E402,F401 - they add their routes
