"""What the gateway asks on behalf of people who are not logged in: creation, activation, reset,
mailed links."""

from functools import partial

from services.accounts.domain import account_form
from services.accounts.domain.mail_link_rules import Purpose
from services.accounts.operations import account_creation, email_change, passwords
from services.accounts.queries.mail_link_states import activation_link, link_state
from services.chassis.web.operations import Views
from services.contracts.api import visitors as api

views = Views("visitors", __name__)
views.calls(api.fill_form, account_creation.filled_form)
views.calls(api.search_communes, account_form.communes_for)
views.calls(api.create_account, account_creation.create_account)
views.calls(api.resend_activation, account_creation.resend_activation)
views.calls(api.check_activation, activation_link)
views.calls(api.activate_account, account_creation.activate)
views.calls(api.ask_reset, passwords.ask_reset)
views.calls(api.check_reset, partial(link_state, Purpose.RESET))
views.calls(api.complete_reset, passwords.complete_reset)
views.calls(api.check_email_change, partial(link_state, Purpose.EMAIL_CHANGE))
views.calls(api.confirm_email, email_change.confirm_email)
views.calls(api.check_cancellation, partial(link_state, Purpose.EMAIL_CANCELLATION))
views.calls(api.cancel_email_change, email_change.cancel_pending_email)
