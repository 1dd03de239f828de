"""« Espace de gestion »: what gestionnaires do, within their académies: control pieces, read candidatures."""

from gateway.access import Pages
from gateway.pages import GESTION_PATH

blueprint = Pages("gestion", __name__, url_prefix=GESTION_PATH)

from gateway.web.gestion import (  # noqa: E402 - they add their routes
    a_traiter,  # noqa: F401
    annonces,  # noqa: F401
    candidature,  # noqa: F401
    candidatures,  # noqa: F401
    catalogue,  # noqa: F401
    cles_d_acces,  # noqa: F401
    compte,  # noqa: F401
    comptes,  # noqa: F401
    connexion,  # noqa: F401
    conservation,  # noqa: F401
    controle,  # noqa: F401
    correction,  # noqa: F401
    decisions,  # noqa: F401
    document_redige,  # noqa: F401
    effacements,  # noqa: F401
    equipe,  # noqa: F401
    import_file,  # noqa: F401
    imports,  # noqa: F401
    incidents,  # noqa: F401
    jetons,  # noqa: F401
    journal,  # noqa: F401
    ouvertures,  # noqa: F401
    pieces,  # noqa: F401
    publication,  # noqa: F401
    relances,  # noqa: F401
)
