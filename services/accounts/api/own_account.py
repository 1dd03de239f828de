"""What a logged-in candidate does with their own account."""

from __future__ import annotations

from typing import Any

from services.accounts.operations import account_change, account_deletion
from services.accounts.queries import my_account
from services.chassis.web import access
from services.chassis.web.operations import Views
from services.contracts.api import own_account as api
from services.contracts.api.forms import Form

views = Views("me", __name__)


@views.serves(api.read_account)
def read_account() -> api.MyAccount:
    return my_account.my_account(access.caller().id)


@views.serves(api.read_addresses)
def read_addresses() -> api.MyAddresses:
    return my_account.my_addresses(access.caller().id)


@views.serves(api.fill_form)
def fill_form(body: dict[str, Any]) -> Form:
    return my_account.my_account(access.caller().id, body["values"]).form


@views.serves(api.change_account)
def change_account(body: dict[str, Any]) -> api.Changed:
    return api.Changed(email_change_pending=account_change.change_account(access.caller().id, body["values"]))


@views.serves(api.delete_account)
def delete_account(body: dict[str, str]) -> None:
    account_deletion.delete_own_account(access.caller().id, body["current_password"])


@views.serves(api.read_identity)
def read_identity() -> api.SignedIdentity:
    return api.SignedIdentity(assertion=my_account.my_signed_identity(access.caller().id))
