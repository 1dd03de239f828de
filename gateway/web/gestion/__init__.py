"""« Espace de gestion »: what gestionnaires do, within their académies: control pieces, read candidatures."""

from flask import Blueprint

from gateway.pages import GESTION_PATH

blueprint = Blueprint("gestion", __name__, url_prefix=GESTION_PATH)

from gateway.web.gestion import (  # noqa: E402, F401 - they add their routes
    a_traiter,
    candidatures,
    connexion,
    controle,
    import_file,
    imports,
    pieces,
    publication,
    selection,
)
