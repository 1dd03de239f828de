"""« Activer mon compte », from the link of the mail (guide §3)."""

from __future__ import annotations

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from gateway import entrances
from gateway.pages import page
from gateway.services import services
from gateway.web.compte import blueprint, liens
from services.chassis.errors import DomainError

WAYS: dict[str, liens.Ways] = {
    "expired": (liens.CREATE, liens.LOG_IN),
    "replaced": (liens.RESEND, liens.LOG_IN),
    "ended": (liens.LOG_IN, liens.NEW_PASSWORD),
    "used": (liens.LOG_IN,),
    "unknown": (liens.RESEND, liens.CREATE),
}


@blueprint.get("/compte/activation/<token>")
@entrances.everyone
def activation(token: str) -> ResponseReturnValue:
    state = liens.looked_up(services().accounts.activation_state, token)
    if not state.usable:
        return liens.not_usable(state, WAYS)
    return page("compte/templates/activation.html", asked=state.asked)


@blueprint.post("/compte/activation/<token>")
@entrances.everyone
def activate(token: str) -> ResponseReturnValue:
    state = liens.looked_up(services().accounts.activation_state, token)
    if not state.usable:
        return liens.not_usable(state, WAYS)
    try:
        services().accounts.activate(token)
    except DomainError as refusal:
        return liens.not_usable(liens.refused(refusal), WAYS)
    return redirect(url_for("compte.log_in_page", fait="activation"), code=303)
