"""« Espace de gestion »: what gestionnaires do, within their académies: control pieces, read candidatures."""

from importlib import import_module
from pkgutil import iter_modules

from gateway.access import Pages
from gateway.pages import GESTION_PATH

blueprint = Pages("gestion", __name__, url_prefix=GESTION_PATH)

for module in iter_modules(__path__):  # they add their routes
    import_module(f"{__name__}.{module.name}")
