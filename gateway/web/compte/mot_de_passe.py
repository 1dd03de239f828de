"""« Mot de passe oublié »: the same screen for every address, then a new password by the link received."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import entrances, visitor
from gateway.clients.forms import Form
from gateway.pages import page
from gateway.services import services
from gateway.web.compte import blueprint, liens
from services.chassis.errors import DomainError, FieldError

WAYS: dict[str, liens.Ways] = {
    "expired": (liens.RESET,),
    "replaced": (liens.RESET,),
    "ended": (liens.RESET, liens.LOG_IN),
    "used": (liens.LOG_IN, liens.RESET),
    "unknown": (liens.RESET,),
}
SAID = {
    "annulation": "Le changement d'adresse mail est annulé : votre adresse reste la même. Si vous n'étiez pas à "
    "l'origine de cette demande, quelqu'un connaît votre mot de passe : réinitialisez-le sans attendre.",
}


@blueprint.get("/compte/mot-de-passe-oublie")
@entrances.everyone
def forgotten() -> ResponseReturnValue:
    said = SAID.get(request.args.get("fait", ""))
    return page("compte/templates/mot_de_passe_oublie.html", indexed=said is None, said=said)


@blueprint.post("/compte/mot-de-passe-oublie")
@entrances.everyone
def ask_reset() -> ResponseReturnValue:
    email = request.form.get("email", "")
    if not email.strip():
        error = FieldError("#/email", "Saisissez votre adresse mail.")
        return page("compte/templates/mot_de_passe_oublie.html", status=422, errors=(error,))
    try:
        services().accounts.ask_reset(email)
    except DomainError as refusal:
        if refusal.http_status not in (422, 429):
            raise
        error = FieldError("#/email", refusal.errors[0].detail if refusal.errors else refusal.detail)
        status = refusal.http_status
        return page("compte/templates/mot_de_passe_oublie.html", status=status, errors=(error,), email=email)
    return page("compte/templates/mot_de_passe_oublie.html", sent_to=email.strip())


@blueprint.get("/compte/mot-de-passe/<token>")
@entrances.everyone
def new_password(token: str) -> ResponseReturnValue:
    state = liens.looked_up(services().accounts.reset_state, token)
    if not state.usable:
        return liens.not_usable(state, WAYS)
    return page("compte/templates/mot_de_passe.html", form=_form())


@blueprint.post("/compte/mot-de-passe/<token>")
@entrances.everyone
def set_password(token: str) -> ResponseReturnValue:
    """Every session of the account ends with it, this browser's too."""
    state = liens.looked_up(services().accounts.reset_state, token)
    if not state.usable:
        return liens.not_usable(state, WAYS)
    typed = request.form.get("password", ""), request.form.get("password_confirmation", "")
    try:
        services().accounts.reset(token, *typed)
    except DomainError as refusal:
        if refusal.http_status != 422:
            return liens.not_usable(liens.refused(refusal), WAYS)
        return page("compte/templates/mot_de_passe.html", status=422, form=_form(), errors=refusal.errors)
    response = redirect(url_for("compte.log_in_page", fait="mot-de-passe"), code=303)
    visitor.forget(response)
    return response


def _form() -> Form:
    """The two fields as accounts defines them, hence with the rules in force."""
    form = services().accounts.creation_form({})
    fields = [field for section in form["sections"] for field in section["fields"]]
    passwords = [field for field in fields if field["type"] == "password"]
    return {"sections": [{"title": None, "notice": None, "fields": passwords}]}
