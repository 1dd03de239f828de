"""What a logged-in candidate does with their own account, and « Mes messages »: what accounts
mailed to them."""

from typing import Any

from flask import Response

from services.accounts.models import db
from services.accounts.operations import (
    account_change,
    erasure_requests,
    passwords,
    personal_copies,
)
from services.accounts.queries import accounts
from services.chassis.web.access import caller_id
from services.chassis.web.operations import Views
from services.contracts.api import erasure
from services.contracts.api import own_account as api
from services.contracts.api.forms import Form
from services.contracts.api.mails import SentMails, list_mails_of_accounts, mails_page
from services.mail import sent_mails

views = Views("me", __name__)
views.calls(api.read_account, accounts.my_account, account_id=caller_id)
views.calls(api.read_addresses, accounts.my_addresses, account_id=caller_id)
views.calls(api.change_account, account_change.change_account, account_id=caller_id)
views.calls(api.delete_account, account_change.delete_own_account, account_id=caller_id)
views.calls(erasure.read_my_erasure, erasure_requests.my_erasure, account_id=caller_id)
views.calls(erasure.ask_erasure, erasure_requests.ask_erasure, account_id=caller_id)
views.calls(api.ask_copy, personal_copies.ask, account_id=caller_id)
views.calls(api.read_copies, personal_copies.my_copies, account_id=caller_id)
views.calls(api.read_identity, accounts.my_signed_identity, account_id=caller_id)
views.calls(api.prove_password, passwords.prove, account_id=caller_id)


@views.serves(api.fill_form)
def fill_form(body: dict[str, Any]) -> Form:
    return accounts.my_account(caller_id(), body["values"]).form


@views.serves(api.download_copy)
def download_copy(copy_id: str) -> Response:
    copy, chunks, close = personal_copies.open_archive(caller_id(), copy_id)
    response = Response(chunks, content_type=api.download_copy.media_type)
    response.headers["Content-Length"] = str(copy.size)
    response.headers["Content-Disposition"] = 'attachment; filename="mes-donnees.zip"'
    response.call_on_close(close)
    return response


@views.serves(list_mails_of_accounts)
def list_mails(query: dict[str, Any]) -> SentMails:
    with db.reading() as transaction:
        return mails_page(sent_mails.list_page(transaction, caller_id(), **query))
