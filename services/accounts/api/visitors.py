"""What the gateway asks on behalf of people who are not logged in: creation, activation, reset,
mailed links."""

from services.accounts.domain import account_form
from services.accounts.domain.mail_link_rules import Purpose
from services.accounts.operations import account_creation, email_change, passwords
from services.accounts.queries.mail_link_states import activation_link, link_state
from services.chassis.web.operations import Views
from services.contracts.api import visitors as api
from services.contracts.api.forms import Form, Suggestions

views = Views("visitors", __name__)


@views.serves(api.fill_form)
def fill_form(body: api.FormValues) -> Form:
    return account_creation.filled_form(body.values, body.identity)


@views.serves(api.search_communes)
def search_communes(query: api.CommuneSearch) -> Suggestions:
    return account_form.communes_for(query.departement, query.q)


@views.serves(api.create_account)
def create_account(body: api.Creation) -> api.Created:
    return account_creation.create_account(body.values, body.source, body.identity)


@views.serves(api.resend_activation)
def resend_activation(body: api.Resend) -> None:
    account_creation.resend_activation(body.email, body.creation)


@views.serves(api.check_activation)
def check_activation(body: api.TokenOnly) -> api.ActivationLink:
    return activation_link(body.token)


@views.serves(api.activate_account)
def activate_account(body: api.TokenOnly) -> api.Address:
    return account_creation.activate(body.token)


@views.serves(api.ask_reset)
def ask_reset(body: api.EmailOnly) -> None:
    passwords.ask_reset(body.email)


@views.serves(api.check_reset)
def check_reset(body: api.TokenOnly) -> api.LinkState:
    return link_state(Purpose.RESET, body.token)


@views.serves(api.complete_reset)
def complete_reset(body: api.NewPassword) -> None:
    passwords.complete_reset(body)


@views.serves(api.check_email_change)
def check_email_change(body: api.TokenOnly) -> api.LinkState:
    return link_state(Purpose.EMAIL_CHANGE, body.token)


@views.serves(api.confirm_email)
def confirm_email(body: api.TokenOnly) -> api.Address:
    return email_change.confirm_email(body.token)


@views.serves(api.check_cancellation)
def check_cancellation(body: api.TokenOnly) -> api.LinkState:
    return link_state(Purpose.EMAIL_CANCELLATION, body.token)


@views.serves(api.cancel_email_change)
def cancel_email_change(body: api.TokenOnly) -> None:
    email_change.cancel_pending_email(body.token)
