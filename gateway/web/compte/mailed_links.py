"""Links received by mail (guide §3, §4): « Activer mon compte », confirming a new mail address,
cancelling the change, « Mot de passe oublié ».

Opening one changes nothing, since mail scanners open links too; a button confirms.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from gateway import access
from gateway.layout import frame
from gateway.pages import redirect_after_form, render_page
from gateway.posted_forms import in_field, shown_on
from gateway.service_clients import clients
from gateway.sessions import visitor
from gateway.web.compte import blueprint
from gateway.web.compte.creation import filled_creation_form
from services.chassis.errors import DomainError, Invalid
from services.contracts.account_rules import LINK_PROBLEMS, MAX_TOKEN_LENGTH, RESET_HOURS, State
from services.contracts.api import visitors as api
from services.contracts.api.forms import Form
from services.contracts.api.operation import Operation, Request
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
    """Links of one kind: how accounts is asked for the state of one, and the buttons of the page
    that says why it is not usable, by its state. `are_of_staff`: they are counted with the calls of
    gestionnaires' pages."""

    check: Operation[Link]
    buttons: Mapping[str, Buttons]
    are_of_staff: bool = False

    def call(self, request: Request[Answer]) -> Answer:
        """Return what accounts answers, counted with the calls of those who have these links."""
        return clients().call(request, is_for_staff=self.are_of_staff)

    def show(self, token: str, page: Callable[[Link], Response]) -> Response:
        """`page` for a usable link, else a page with the reason and the buttons of its state."""
        link = self._state_of(token)
        return page(link) if link.state == State.USABLE else self.unusable_page(link)

    def use(
        self,
        token: str,
        act: Request[Answer],
        done: Callable[[Answer], BaseResponse],
    ) -> BaseResponse:
        """Ask accounts for what the link is for, and return what `done` makes of the answer; else
        the page that says why the link is not usable. Raises what is not about the link."""
        if len(token) > MAX_TOKEN_LENGTH:
            return self.unusable_page(self._state_of(token))
        try:
            answer = self.call(act)
        except DomainError as refusal:
            if refusal.http_status != 410:
                raise
            state = STATES_BY_PROBLEM.get(refusal.slug, State.UNKNOWN)
            return self.unusable_page(LinkState(state=state, detail=refusal.detail))
        return done(answer)

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
        return self.call(self.check(body={"token": token}))


def _to(endpoint: str, done: str) -> BaseResponse:
    return redirect_after_form(url_for(endpoint, fait=done))


def _to_log_in(done: str) -> BaseResponse:
    """Accounts has ended every session of the account, this browser's too."""
    return visitor.forget_session(_to("compte.log_in_page", done))


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
    return ACTIVATION_LINKS.use(
        token,
        api.activate_account(body={"token": token}),
        lambda _: _to("compte.log_in_page", "activation"),
    )


ADDRESS_LINKS = MailedLinks(
    api.check_email_change,
    {**dict.fromkeys(LINK_PROBLEMS, (ACCOUNT,)), "used": (LOG_IN,)},
)


@blueprint.get("/compte/adresse/<token>", who=access.PUBLIC)
def address_change(token: str) -> ResponseReturnValue:
    return ADDRESS_LINKS.show(token, lambda link: _address_page(token))


def _address_page(token: str, refusal: DomainError | None = None) -> Response:
    return render_page("compte/templates/adresse.html", refusal=refusal)


@blueprint.post("/compte/adresse/<token>", who=access.PUBLIC)
@shown_on(_address_page, 409)
def confirm_address(token: str) -> ResponseReturnValue:
    return ADDRESS_LINKS.use(
        token, api.confirm_email(body={"token": token}), lambda _: _to_log_in("adresse")
    )


CANCELLATION_LINKS = MailedLinks(
    api.check_cancellation,
    {**dict.fromkeys(LINK_PROBLEMS, (NEW_PASSWORD, LOG_IN)), "unknown": (ACCOUNT,)},
)


@blueprint.get("/compte/annulation/<token>", who=access.PUBLIC)
def cancellation(token: str) -> ResponseReturnValue:
    return CANCELLATION_LINKS.show(
        token, lambda link: render_page("compte/templates/annulation.html")
    )


@blueprint.post("/compte/annulation/<token>", who=access.PUBLIC)
def cancel_address_change(token: str) -> ResponseReturnValue:
    """Then ask for a new password: another person who requested the change knows the old one."""
    return CANCELLATION_LINKS.use(
        token,
        api.cancel_email_change(body={"token": token}),
        lambda _: _to("compte.forgotten", "annulation"),
    )


RESET_LINKS = MailedLinks(
    api.check_reset,
    {**dict.fromkeys(LINK_PROBLEMS, (RESET,)), "ended": (RESET, LOG_IN), "used": (LOG_IN, RESET)},
)
CANCELLED = (
    "Le changement d'adresse mail est annulé : votre adresse reste la même. Si vous n'étiez pas à "
    "l'origine de cette demande, quelqu'un connaît votre mot de passe : réinitialisez-le sans "
    "attendre."
)
FORGOTTEN = "compte/templates/mot_de_passe_oublie.html"


@blueprint.get("/compte/mot-de-passe-oublie", who=access.PUBLIC)
def forgotten(refusal: DomainError | None = None) -> Response:
    if refusal:
        shown = refusal if refusal.errors else in_field(refusal, "email")
        return render_page(FORGOTTEN, refusal=shown, email=request.form.get("email"))
    notice = CANCELLED if request.args.get("fait") == "annulation" else None
    return render_page(FORGOTTEN, indexed=notice is None, notice=notice)


@blueprint.post("/compte/mot-de-passe-oublie", who=access.PUBLIC)
@shown_on(forgotten, 422, 429)
def ask_reset() -> ResponseReturnValue:
    """The same answer for every address, known or not."""
    email = request.form.get("email", "")
    if not email.strip():
        raise Invalid.in_field("email", "Saisissez votre adresse mail.")
    clients().call(api.ask_reset(body={"email": email}))
    return render_page(FORGOTTEN, sent_to=email.strip(), reset_hours=RESET_HOURS)


@blueprint.get("/compte/mot-de-passe/<token>", who=access.PUBLIC)
def new_password(token: str) -> ResponseReturnValue:
    return RESET_LINKS.show(token, lambda link: _password_page(token))


def _password_page(token: str, refusal: DomainError | None = None) -> Response:
    """With the two password fields of the creation form, which accounts defines with the rules in
    force."""
    form = filled_creation_form({})
    fields = [
        field
        for section in form["sections"]
        for field in section["fields"]
        if field["type"] == "password"
    ]
    shown: Form = {"sections": [{"title": None, "notice": None, "fields": fields}]}
    return render_page("compte/templates/mot_de_passe.html", refusal=refusal, form=shown)


@blueprint.post("/compte/mot-de-passe/<token>", who=access.PUBLIC)
@shown_on(_password_page, 422, 503)
def set_password(token: str) -> ResponseReturnValue:
    body = {
        "token": token,
        "password": request.form.get("password", ""),
        "password_confirmation": request.form.get("password_confirmation", ""),
    }
    return RESET_LINKS.use(
        token, api.complete_reset(body=body), lambda _: _to_log_in("mot-de-passe")
    )
