"""« Ouverture des services » (guide §2): when registration is open, by exam, session and académie; open to everyone."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import redirect, request
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.pages import render_page
from gateway.service_clients import clients
from gateway.web.accueil import blueprint
from gateway.web.chosen_steps import chosen_steps


@blueprint.get("/ouverture-des-services")
@access.public
def openings() -> ResponseReturnValue:
    chosen = chosen_steps(request.args)
    if "revenir" in request.args:
        return redirect(f"{request.path}?{urlencode(chosen)}")
    choices = clients().openings.choices(chosen)
    return render_page(
        "accueil/templates/ouvertures.html", active="ouvertures", indexed=not chosen, choices=choices, chosen=chosen
    )
