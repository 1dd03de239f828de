"""« Modifier mes informations » (guide §4): accounts says what can still be changed; and «
Supprimer » the account, with a page to confirm, refused to candidates who have a candidature."""

from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.asked_again import given_again
from gateway.pages import render_page, show_contact
from gateway.posted_forms import Values, posted_answers, shown_here, shown_on
from gateway.sessions import visitor
from gateway.web.compte import blueprint
from gateway.web.compte.creation import (
    SENT_WITH_SEARCH,
    both_inputs,
    is_refresh,
    with_search_results,
)
from services.chassis.errors import DomainError
from services.contracts import problem_types
from services.contracts.api import own_account as api
from services.contracts.api.forms import Form

STATUSES_SHOWN_HERE = (403, 409, 412, 422, 429, 503)
NOTICES = {
    "enregistre": "Vos informations sont enregistrées.",
    "adresse": (
        "Un mail vient d'être envoyé à votre nouvelle adresse : elle ne remplacera l'ancienne que "
        "lorsque vous aurez confirmé le changement par le lien reçu."
    ),
}
HAS_CANDIDATURE = (
    "Vous avez une candidature : votre compte ne peut pas être supprimé. Pour toute demande, "
    "contactez votre service gestionnaire."
)


@blueprint.get("/compte", who=access.CANDIDATE)
def account() -> ResponseReturnValue:
    account = visitor.call(api.read_account())
    return _page(
        account.form,
        notice=NOTICES.get(request.args.get("fait", "")),
        pending=account.pending_email,
    )


@blueprint.post("/compte", who=access.CANDIDATE)
def change_account() -> ResponseReturnValue:
    values = posted_answers()
    if is_refresh():
        return _page(
            with_search_results(visitor.call(api.fill_form(body={"values": values})), values)
        )
    try:
        changed = visitor.call(api.change_account(body={"values": values}))
    except DomainError as refusal:
        shown = shown_here(refusal, STATUSES_SHOWN_HERE)
        if refusal.http_status != 412:
            return _page(visitor.call(api.fill_form(body={"values": values})), refusal=shown)
        saved = visitor.call(api.read_account()).form
        del values["version"]  # what is typed now replaces what is shown beside it
        form = visitor.call(api.fill_form(body={"values": values}))
        return _page(form, refusal=shown, **both_inputs(form, saved))
    return _response_after_change(values, changed.email_change_pending)


def _response_after_change(values: Values, pending: bool) -> ResponseReturnValue:
    """A new password has ended every session: the candidate logs in with it."""
    if values.get("password"):
        return visitor.forget_session(
            redirect(url_for("compte.log_in_page", fait="mot-de-passe"), code=303)
        )
    visitor.drop_cached_exchange()
    return redirect(
        url_for("compte.account", fait="adresse" if pending else "enregistre"), code=303
    )


def _page(form: Form, *, refusal: DomainError | None = None, **shown: Any) -> ResponseReturnValue:
    show_contact()
    return render_page(
        "compte/templates/modification.html",
        refusal=refusal,
        form=form,
        with_fields=SENT_WITH_SEARCH,
        **shown,
    )


@blueprint.get("/compte/suppression", who=access.CANDIDATE)
def ask_deletion(refusal: DomainError | None = None) -> ResponseReturnValue:
    show_contact()
    has_candidature = refusal is not None and refusal.slug == problem_types.CANDIDATURE_EXISTS.slug
    return render_page(
        "compte/templates/suppression.html",
        active="compte",
        refusal=refusal,
        blocked=HAS_CANDIDATURE if has_candidature else None,
    )


@blueprint.post("/compte/suppression", who=access.CANDIDATE)
@shown_on(ask_deletion, 409, 422, 429, 503)
def delete_account() -> ResponseReturnValue:
    visitor.call(api.delete_account(body=given_again()))
    return visitor.forget_session(redirect("/?fait=suppression", code=303))
