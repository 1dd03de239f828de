"""Links received by mail (guide §3, §4): « Activer mon compte », confirming a new mail address, cancelling the change.

Opening one changes nothing, since mail scanners open links too; a button confirms.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.layout import frame
from gateway.pages import render_page
from gateway.posted_forms import shown_here
from gateway.service_clients import clients
from gateway.sessions import visitor
from gateway.web.compte import blueprint
from services.chassis.errors import DomainError
from services.contracts.account_rules import LINK_PROBLEMS, MAX_TOKEN_LENGTH, State
from services.contracts.api import visitors as api
from services.contracts.api.operation import Operation
from services.contracts.api.visitors import LinkState
from services.contracts.problem_types import LINK_UNKNOWN

STATES_BY_PROBLEM = {problem.slug: state for state, problem in LINK_PROBLEMS.items()}
Answer = TypeVar("Answer")
Link = TypeVar("Link", bound=LinkState)
Buttons = tuple[dict[str, str], ...]
LOG_IN = {"label": "M'identifier", "url": "/connexion"}
CREATE = {"label": frame.CREATE_ACCOUNT.label, "url": frame.CREATE_ACCOUNT.url}
RESEND = {"label": "Demander un nouvel envoi", "url": "/compte/creation/confirmation"}
RESET = {"label": "Demander un nouveau lien", "url": "/compte/mot-de-passe-oublie"}
NEW_PASSWORD = {"label": "Réinitialiser mon mot de passe", "url": "/compte/mot-de-passe-oublie"}
ACCOUNT = {"label": frame.ACCOUNT.label, "url": frame.ACCOUNT.url}


@dataclass(frozen=True)
class MailedLinks(Generic[Link]):
    """Links of one kind: how accounts is asked for the state of one, and the buttons of the page that says why it is
    not usable, by its state. `are_of_staff`: they are counted with the calls of gestionnaires' pages."""

    check: Operation[Link]
    buttons: Mapping[str, Buttons]
    are_of_staff: bool = False

    def call(self, operation: Operation[Answer], token: str, **others: str) -> Answer:
        """What accounts answers to a call with the link's token."""
        return clients().call(operation, body={"token": token, **others}, is_for_staff=self.are_of_staff)

    def show(self, token: str, page: Callable[[Link], Response]) -> Response:
        """`page` for a usable link, else a page with the reason and the buttons of its state."""
        link = self._state_of(token)
        return page(link) if link.state == State.USABLE else self.unusable_page(link)

    def use(self, token: str, use: Callable[[], object]) -> Response | None:
        """None once `use` has been done; else the page that says why the link is not usable.

        Raises the refusals of `use` that are not about the link.
        """
        if len(token) > MAX_TOKEN_LENGTH:
            return self.unusable_page(self._state_of(token))
        try:
            use()
        except DomainError as refusal:
            if refusal.http_status != 410:
                raise
            state = STATES_BY_PROBLEM.get(refusal.slug, State.UNKNOWN)
            return self.unusable_page(LinkState(state=state, detail=refusal.detail))
        return None

    def unusable_page(self, link: LinkState) -> Response:
        """The page that says why a link is not usable and what to do."""
        return render_page(
            "layout/error_page.html",
            status=404 if link.state == State.UNKNOWN else 410,
            page_title=LINK_PROBLEMS.get(link.state, LINK_UNKNOWN).title,
            lead=link.detail or "Vérifiez que l'adresse a été copiée en entier depuis le mail.",
            links=list(self.buttons.get(link.state, ())) or [LOG_IN],
        )

    def _state_of(self, token: str) -> Link:
        if len(token) > MAX_TOKEN_LENGTH:
            return self.check.answer(state=State.UNKNOWN)
        return self.call(self.check, token)


ACTIVATION_LINKS = MailedLinks(
    api.check_activation,
    {
        "expired": (CREATE, LOG_IN),
        "replaced": (RESEND, LOG_IN),
        "ended": (LOG_IN, NEW_PASSWORD),
        "used": (LOG_IN,),
        "unknown": (RESEND, CREATE),
    },
)


@blueprint.get("/compte/activation/<token>", who=access.PUBLIC)
def activation(token: str) -> ResponseReturnValue:
    return ACTIVATION_LINKS.show(
        token, lambda link: render_page("compte/templates/activation.html", requested=link.asked)
    )


@blueprint.post("/compte/activation/<token>", who=access.PUBLIC)
def activate(token: str) -> ResponseReturnValue:
    unusable = ACTIVATION_LINKS.use(token, lambda: ACTIVATION_LINKS.call(api.activate_account, token))
    return unusable or redirect(url_for("compte.log_in_page", fait="activation"), code=303)


ADDRESS_LINKS = MailedLinks(
    api.check_email_change,
    {**dict.fromkeys(LINK_PROBLEMS, (ACCOUNT,)), "used": (LOG_IN,)},
)


@blueprint.get("/compte/adresse/<token>", who=access.PUBLIC)
def address_change(token: str) -> ResponseReturnValue:
    return ADDRESS_LINKS.show(token, lambda link: render_page("compte/templates/adresse.html"))


@blueprint.post("/compte/adresse/<token>", who=access.PUBLIC)
def confirm_address(token: str) -> ResponseReturnValue:
    """Accounts ends every session of the account, this browser's too."""
    try:
        unusable = ADDRESS_LINKS.use(token, lambda: ADDRESS_LINKS.call(api.confirm_email, token))
    except DomainError as refusal:
        return render_page("compte/templates/adresse.html", refusal=shown_here(refusal, (409,)))
    if unusable:
        return unusable
    response = redirect(url_for("compte.log_in_page", fait="adresse"), code=303)
    visitor.forget_session(response)
    return response


CANCELLATION_LINKS = MailedLinks(
    api.check_cancellation,
    {**dict.fromkeys(LINK_PROBLEMS, (NEW_PASSWORD, LOG_IN)), "unknown": (ACCOUNT,)},
)


@blueprint.get("/compte/annulation/<token>", who=access.PUBLIC)
def cancellation(token: str) -> ResponseReturnValue:
    return CANCELLATION_LINKS.show(token, lambda link: render_page("compte/templates/annulation.html"))


@blueprint.post("/compte/annulation/<token>", who=access.PUBLIC)
def cancel_address_change(token: str) -> ResponseReturnValue:
    """Then ask for a new password: another person who requested the change knows the old one."""
    unusable = CANCELLATION_LINKS.use(token, lambda: CANCELLATION_LINKS.call(api.cancel_email_change, token))
    return unusable or redirect(url_for("compte.forgotten", fait="annulation"), code=303)
