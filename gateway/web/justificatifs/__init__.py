"""« Mes justificatifs » (guide §10): the pieces asked for, deposit, deletion, « J'ai fourni toutes mes pièces »."""

from gateway.access import Pages

blueprint = Pages("justificatifs", __name__)

from gateway.web.justificatifs import depot, lisible, liste, uploads  # noqa: E402, F401 - they add their routes
