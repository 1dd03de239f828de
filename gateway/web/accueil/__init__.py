"""The home page, « Ouverture des services », and the pages that the footer leads to."""

from gateway.access import Pages

blueprint = Pages("accueil", __name__)

from gateway.web.accueil import accueil, footer_pages, ouvertures, verification  # noqa: E402, F401 - they add their routes
