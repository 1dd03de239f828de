"""« Espace de gestion »: what gestionnaires do, within their académies: control pieces, read
candidatures."""

from gateway.access import Pages
from gateway.pages import GESTION_PATH

blueprint = Pages("gestion", __name__, url_prefix=GESTION_PATH)
blueprint.import_views()
