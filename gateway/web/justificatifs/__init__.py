"""« Mes justificatifs » (guide §10): the pieces asked for, deposit, deletion, « J'ai fourni toutes
mes pièces »."""

from gateway.access import Pages

blueprint = Pages("justificatifs", __name__)
blueprint.import_views()
