"""« Ouverture des services » (guide §2): when registration is open, by exam, session and académie; open to everyone.

Domaine, exam, session and académie are chosen one after the other, as in « M'inscrire ». The choices are in the query
string: they are no personal data, and a link or a reload keeps them.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import redirect, request
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.pages import render_page
from gateway.service_clients import clients
from gateway.web.accueil import blueprint

STEPS = ("domaine", "exam", "session", "academie")


@blueprint.get("/ouverture-des-services", who=access.PUBLIC)
def openings() -> ResponseReturnValue:
    chosen = chosen_steps(request.args)
    if "revenir" in request.args:
        return redirect(f"{request.path}?{urlencode(chosen)}")
    choices = clients().openings.choices(chosen)
    return render_page("accueil/templates/ouvertures.html", indexed=not chosen, choices=choices, chosen=chosen)


def chosen_steps(args: Mapping[str, str]) -> dict[str, str]:
    """The choices made so far, by step, up to the first that is missing or that « revenir » takes back."""
    chosen: dict[str, str] = {}
    for step in STEPS:
        if not args.get(step) or args.get("revenir") == step:
            break
        chosen[step] = args[step]
    return chosen
