"""What a logged-in candidate does with their own account, and « Mes messages »: what accounts mailed to them."""

from typing import Any

from flask import Response

from services.accounts.models import db
from services.accounts.operations import account_change, erasure_requests, passwords, personal_copies
from services.accounts.queries import accounts
from services.chassis.web import access
from services.chassis.web.operations import Views
from services.contracts.api import erasure
from services.contracts.api import own_account as api
from services.contracts.api.forms import Form
from services.contracts.api.mails import SentMail, SentMails, list_mails_of_accounts
from services.contracts.retention import retention
from services.mail import sent_mails

views = Views("me", __name__)


@views.serves(api.read_account)
def read_account() -> api.MyAccount:
    return accounts.my_account(access.caller().id)


@views.serves(api.read_addresses)
def read_addresses() -> api.MyAddresses:
    return accounts.my_addresses(access.caller().id)


@views.serves(api.fill_form)
def fill_form(body: dict[str, Any]) -> Form:
    return accounts.my_account(access.caller().id, body["values"]).form


@views.serves(api.change_account)
def change_account(body: dict[str, Any]) -> api.Changed:
    return api.Changed(email_change_pending=account_change.change_account(access.caller().id, body["values"]))


@views.serves(api.delete_account)
def delete_account(body: dict[str, str]) -> None:
    account_change.delete_own_account(access.caller().id, body)


@views.serves(erasure.read_my_erasure)
def read_my_erasure() -> erasure.MyErasure:
    return erasure_requests.my_erasure(access.caller().id)


@views.serves(erasure.ask_erasure)
def ask_erasure(body: dict[str, str]) -> erasure.AskedErasure:
    return erasure.AskedErasure(erased=erasure_requests.ask_erasure(access.caller().id, body))


@views.serves(api.ask_copy)
def ask_copy(body: dict[str, str]) -> None:
    personal_copies.ask(access.caller().id, body)


@views.serves(api.read_copies)
def read_copies() -> api.MyCopies:
    return personal_copies.my_copies(access.caller().id)


@views.serves(api.download_copy)
def download_copy(copy_id: str) -> Response:
    copy, chunks, close = personal_copies.open_archive(access.caller().id, copy_id)
    response = Response(chunks, content_type=api.download_copy.media_type)
    response.headers["Content-Length"] = str(copy.size)
    response.headers["Content-Disposition"] = 'attachment; filename="mes-donnees.zip"'
    response.call_on_close(close)
    return response


@views.serves(api.read_identity)
def read_identity() -> api.SignedIdentity:
    return api.SignedIdentity(assertion=accounts.my_signed_identity(access.caller().id))


@views.serves(api.prove_password)
def prove_password(body: dict[str, str]) -> api.PasswordProof:
    return api.PasswordProof(proof=passwords.prove(access.caller().id, body["digest"], body))


@views.serves(list_mails_of_accounts)
def list_mails(query: dict[str, Any]) -> SentMails:
    with db.reading() as session:
        mails = sent_mails.list_page(session, access.caller().id, **query)
    return SentMails(mails=tuple(SentMail(**mail) for mail in mails), kept_days=retention().kind("mails").active.days)
