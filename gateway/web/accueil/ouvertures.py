"""« Ouverture des services » (guide §2): when one can register for what, told to everyone."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import redirect, request
from flask.typing import ResponseReturnValue

from gateway import entrances
from gateway.pages import page
from gateway.services import services
from gateway.web.accueil import blueprint
from gateway.web.selection import chosen


@blueprint.get("/ouverture-des-services")
@entrances.everyone
def openings() -> ResponseReturnValue:
    kept = chosen(request.args)
    if "revenir" in request.args:
        return redirect(f"{request.path}?{urlencode(kept)}")
    choices = services().registrations.openings(kept)
    return page("accueil/templates/ouvertures.html", active="ouvertures", indexed=not kept, choices=choices, kept=kept)
