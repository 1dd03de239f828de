"""What a logged-in candidate does with their own account, and « Mes messages »: what accounts
mailed to them."""

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
from services.contracts.api.mails import (
    SentMails,
    SentMailsQuery,
    list_mails_of_accounts,
    mails_page,
)
from services.contracts.api.visitors import Values
from services.mail import sent_mails

views = Views("me", __name__)


@views.serves(api.read_account)
def read_account() -> api.MyAccount:
    return accounts.my_account(caller_id())


@views.serves(api.read_addresses)
def read_addresses() -> api.MyAddresses:
    return accounts.my_addresses(caller_id())


@views.serves(api.fill_form)
def fill_form(body: Values) -> Form:
    return accounts.my_account(caller_id(), body.values).form


@views.serves(api.change_account)
def change_account(body: Values) -> api.Changed:
    return account_change.change_account(caller_id(), body.values)


@views.serves(api.delete_account)
def delete_account(body: api.AskedAgain) -> None:
    account_change.delete_own_account(caller_id(), _reauthentication(body))


@views.serves(erasure.read_my_erasure)
def read_my_erasure() -> erasure.MyErasure:
    return erasure_requests.my_erasure(caller_id())


@views.serves(erasure.ask_erasure)
def ask_erasure(body: api.AskedAgain) -> erasure.AskedErasure:
    return erasure_requests.ask_erasure(caller_id(), _reauthentication(body))


@views.serves(api.ask_copy)
def ask_copy(body: api.AskedAgain) -> None:
    personal_copies.ask(caller_id(), _reauthentication(body))


@views.serves(api.read_copies)
def read_copies() -> api.MyCopies:
    return personal_copies.my_copies(caller_id())


@views.serves(api.download_copy)
def download_copy(copy_id: str) -> Response:
    copy, chunks, close = personal_copies.open_archive(caller_id(), copy_id)
    response = Response(chunks, content_type=api.download_copy.media_type)
    response.headers["Content-Length"] = str(copy.size)
    response.headers["Content-Disposition"] = 'attachment; filename="mes-donnees.zip"'
    response.call_on_close(close)
    return response


@views.serves(api.read_identity)
def read_identity() -> api.SignedIdentity:
    return accounts.my_signed_identity(caller_id())


@views.serves(api.prove_password)
def prove_password(body: api.AskedAgainForDigest) -> api.PasswordProof:
    return passwords.prove(caller_id(), body.digest, _reauthentication(body))


@views.serves(list_mails_of_accounts)
def list_mails(query: SentMailsQuery) -> SentMails:
    with db.reading() as transaction:
        mails = sent_mails.list_page(transaction, caller_id(), after=query.after, limit=query.limit)
    return mails_page(mails)


def _reauthentication(body: api.AskedAgain) -> passwords.Reauthentication:
    return passwords.Reauthentication(
        current_password=body.current_password, login_secret=body.session
    )
