"""« Mot de passe oublié » (the same answer for every address, known or not), then a new password by the link mailed."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.pages import redirect_after_form, render_page
from gateway.posted_forms import shown_here
from gateway.service_clients import clients
from gateway.sessions import visitor
from gateway.web.compte import blueprint, mailed_links
from gateway.web.compte.account_form import filled_creation_form
from services.chassis.errors import DomainError, FieldError
from services.contracts.account_rules import LINK_PROBLEMS, RESET_HOURS
from services.contracts.api import visitors as api
from services.contracts.api.forms import Form

LINKS = mailed_links.MailedLinks(
    api.check_reset,
    {
        **dict.fromkeys(LINK_PROBLEMS, (mailed_links.RESET,)),
        "ended": (mailed_links.RESET, mailed_links.LOG_IN),
        "used": (mailed_links.LOG_IN, mailed_links.RESET),
    },
)
NOTICES = {
    "annulation": "Le changement d'adresse mail est annulé : votre adresse reste la même. Si vous n'étiez pas à "
    "l'origine de cette demande, quelqu'un connaît votre mot de passe : réinitialisez-le sans attendre.",
}


@blueprint.get("/compte/mot-de-passe-oublie", who=access.PUBLIC)
def forgotten() -> ResponseReturnValue:
    notice = NOTICES.get(request.args.get("fait", ""))
    return render_page("compte/templates/mot_de_passe_oublie.html", indexed=notice is None, notice=notice)


@blueprint.post("/compte/mot-de-passe-oublie", who=access.PUBLIC)
def ask_reset() -> ResponseReturnValue:
    email = request.form.get("email", "")
    if not email.strip():
        error = FieldError("#/email", "Saisissez votre adresse mail.")
        return render_page("compte/templates/mot_de_passe_oublie.html", status=422, errors=(error,))
    try:
        clients().call(api.ask_reset, body={"email": email})
    except DomainError as refusal:
        shown = shown_here(refusal, (422, 429))
        error = FieldError("#/email", shown.errors[0].detail if shown.errors else shown.detail)
        template = "compte/templates/mot_de_passe_oublie.html"
        return render_page(template, refusal=shown, errors=(error,), email=email)
    return render_page("compte/templates/mot_de_passe_oublie.html", sent_to=email.strip(), reset_hours=RESET_HOURS)


@blueprint.get("/compte/mot-de-passe/<token>", who=access.PUBLIC)
def new_password(token: str) -> ResponseReturnValue:
    return LINKS.show(token, lambda link: render_page("compte/templates/mot_de_passe.html", form=_password_form()))


@blueprint.post("/compte/mot-de-passe/<token>", who=access.PUBLIC)
def set_password(token: str) -> ResponseReturnValue:
    """Accounts ends every session of the account, this browser's too."""
    passwords = {name: request.form.get(name, "") for name in ("password", "password_confirmation")}
    sent = {"token": token, **passwords}
    try:
        unusable = LINKS.use(token, lambda: clients().call(api.complete_reset, body=sent))
    except DomainError as refusal:
        shown = shown_here(refusal, (422, 503))
        return render_page("compte/templates/mot_de_passe.html", refusal=shown, form=_password_form())
    if unusable:
        return unusable
    response = redirect_after_form(url_for("compte.log_in_page", fait="mot-de-passe"))
    visitor.forget_session(response)
    return response


def _password_form() -> Form:
    """The two password fields of the creation form, which accounts defines with the rules in force."""
    form = filled_creation_form({})
    fields = [field for section in form["sections"] for field in section["fields"]]
    passwords = [field for field in fields if field["type"] == "password"]
    return {"sections": [{"title": None, "notice": None, "fields": passwords}]}
