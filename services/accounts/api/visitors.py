"""What the gateway asks on behalf of people who are not logged in: creation, activation, reset, mailed links."""

from typing import Any

from services.accounts.dependencies import dependencies
from services.accounts.domain import account_form
from services.accounts.domain.mail_link_rules import Purpose
from services.accounts.operations import account_creation, email_change, passwords
from services.accounts.queries import mail_link_states
from services.chassis.web.operations import Views
from services.contracts.api import visitors as api
from services.contracts.api.forms import Form, Suggestions

views = Views("visitors", __name__)
Sent = dict[str, Any]


@views.serves(api.read_empty_form)
def read_empty_form() -> Form:
    return account_form.creation({}, dependencies().profile)


@views.serves(api.fill_form)
def fill_form(body: Sent) -> Form:
    return account_creation.filled_form(body["values"], body["identity"])


@views.serves(api.search_communes)
def search_communes(query: Sent) -> Suggestions:
    return account_form.communes_for(query["departement"], query["q"])


@views.serves(api.create_account)
def create_account(body: Sent) -> api.Created:
    return account_creation.create_account(body["values"], body["source"], body["identity"])


@views.serves(api.resend_activation)
def resend_activation(body: Sent) -> None:
    account_creation.resend_activation(body["email"], body["creation"])


@views.serves(api.check_activation)
def check_activation(body: Sent) -> api.LinkState:
    return mail_link_states.activation_link(body["token"])


@views.serves(api.activate_account)
def activate_account(body: Sent) -> api.Address:
    return api.Address(email=account_creation.activate(body["token"]))


@views.serves(api.ask_reset)
def ask_reset(body: Sent) -> None:
    passwords.ask_reset(body["email"])


@views.serves(api.check_reset)
def check_reset(body: Sent) -> api.LinkState:
    return mail_link_states.link_state(Purpose.RESET, body["token"])


@views.serves(api.complete_reset)
def complete_reset(body: Sent) -> None:
    passwords.complete_reset(body["token"], body)


@views.serves(api.check_email_change)
def check_email_change(body: Sent) -> api.LinkState:
    return mail_link_states.link_state(Purpose.EMAIL_CHANGE, body["token"])


@views.serves(api.confirm_email)
def confirm_email(body: Sent) -> api.Address:
    return api.Address(email=email_change.confirm_email(body["token"]))


@views.serves(api.check_cancellation)
def check_cancellation(body: Sent) -> api.LinkState:
    return mail_link_states.link_state(Purpose.EMAIL_CANCELLATION, body["token"])


@views.serves(api.cancel_email_change)
def cancel_email_change(body: Sent) -> None:
    email_change.cancel_pending_email(body["token"])
