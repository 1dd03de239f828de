"""The mails of accounts, which the worker sends after the transaction that requested them.

A mail is derived from its event, so that a repetition is the same mail. If what it is about no
longer exists, nothing is sent, and the follow-up succeeds.
"""

from collections.abc import Mapping
from datetime import datetime

from services import clock
from services.accounts.dependencies import dependencies
from services.accounts.domain.emails import key_of
from services.accounts.domain.mail_link_rules import Purpose
from services.accounts.mail_texts import letter
from services.accounts.models import (
    Account,
    EmailChange,
    ErasureRequest,
    MailRefusal,
    PersonalCopy,
    StaffMember,
    db,
)
from services.accounts.operations import mail_links, personal_copies
from services.accounts.operations.erasure_requests import ERASE_DRAFTS, SEND_ANSWER
from services.accounts.operations.staff_invitations import SentInvitation
from services.accounts.queries import accounts
from services.chassis.events import Envelope
from services.chassis.tasks.registry import Channel, Handlers
from services.clock import portal_now
from services.contracts.account_rules import (
    ACTIVATION_LIFETIME,
    EMAIL_CHANGE_LIFETIME,
    INVITATION_LIFETIME,
    RESET_LIFETIME,
)
from services.contracts.base import read
from services.contracts.retention import ACCOUNTS, retention
from services.mail import sent_mails
from services.mail.letter import Letter
from services.mail.mailer import MAILS

registry = Handlers("accounts")
COPIES = Channel("copies", seconds=900.0)  # dozens of files, from services that may be slow


@registry.follow_up("make_personal_copy", COPIES)
def make_personal_copy(data: Mapping[str, str], _: Envelope) -> None:
    personal_copies.make(data["copy_id"])


@registry.follow_up(ERASE_DRAFTS)
def erase_drafts(_: object, envelope: Envelope) -> None:
    dependencies().registrations.erase_drafts(envelope.subject)


@registry.follow_up("send_activation_mail", MAILS)
def send_activation_mail(data: Mapping[str, str], envelope: Envelope) -> None:
    """Mail « [CYCLADES] Activer mon compte ». The lifetime of the link counts from the creation,
    not from the mail."""
    with db.operation() as transaction:
        account = transaction.get(Account, data["account_id"], with_for_update=True)
        if account is None or accounts.owner_of(transaction, account.email_key) is not None:
            return
        expires_at = account.created_at + ACTIVATION_LIFETIME
        token = mail_links.issue(
            transaction,
            Purpose.ACTIVATION,
            envelope.id,
            account_id=account.id,
            expires_at=expires_at,
        )
    if token is not None:
        _send(
            account.email,
            letter("activation", _page(f"compte/activation/{token}")),
            envelope,
            reader=account,
        )


@registry.follow_up("send_address_known", MAILS)
def send_address_known(_: object, envelope: Envelope) -> None:
    """Tell the owner of an address that another account was requested for it."""
    _send_to_owner(letter("known_address", _page("connexion")), envelope)


@registry.follow_up("send_failed_logins", MAILS)
def send_failed_logins(_: object, envelope: Envelope) -> None:
    """Tell the owner of an account that its log-ins begin to be delayed."""
    reset_page = _page("compte/mot-de-passe-oublie")
    _send_to_owner(letter("failed_logins", reset_page, at=_happened_at(envelope)), envelope)


@registry.follow_up("send_reset_mail", MAILS)
def send_reset_mail(data: Mapping[str, str], envelope: Envelope) -> None:
    """Mail the link to the address in force. The row is locked, since a change of address at this
    moment closes the links."""
    with db.operation() as transaction:
        account = transaction.get(Account, data["account_id"], with_for_update=True)
        if account is None:
            return
        expires_at = portal_now() + RESET_LIFETIME
        token = mail_links.issue(
            transaction, Purpose.RESET, envelope.id, account_id=account.id, expires_at=expires_at
        )
    if token is not None:
        reset = letter("password_reset", _page(f"compte/mot-de-passe/{token}"))
        _send(account.email, reset, envelope, reader=account)


@registry.follow_up("send_email_change_confirmation", MAILS)
def send_email_change_confirmation(data: Mapping[str, str], envelope: Envelope) -> None:
    """Mail the link that confirms to the new address; if that already has an account, its owner
    gets a different mail.

    « Mes messages » of the requesting candidate shows neither: they must not learn whether the
    address has an account.
    """
    with db.operation() as transaction:
        email_change = transaction.get(EmailChange, data["email_change_id"])
        if email_change is None or email_change.confirmed_at is not None:
            return
        owner = accounts.owner_of(transaction, key_of(email_change.address))
        if owner is None:
            expires_at = email_change.requested_at + EMAIL_CHANGE_LIFETIME
            token = mail_links.issue(
                transaction,
                Purpose.EMAIL_CHANGE,
                envelope.id,
                account_id=email_change.account_id,
                email_change_id=email_change.id,
                expires_at=expires_at,
            )
    if owner is not None:
        requested = letter("address_requested_by_other", _page("connexion"))
        _send(email_change.address, requested, envelope, reader=owner)
    elif token is not None:
        confirmation = letter("email_change_confirmation", _page(f"compte/adresse/{token}"))
        _send(email_change.address, confirmation, envelope, reader=None)


@registry.follow_up("send_email_change_asked", MAILS)
def send_email_change_asked(data: Mapping[str, str], envelope: Envelope) -> None:
    """Mail the link that cancels to the old address. Nothing is sent where the request has ended
    meanwhile."""
    with db.operation() as transaction:
        email_change = transaction.get(EmailChange, data["email_change_id"])
        if email_change is None or email_change.confirmed_at is not None:
            return
        account = transaction.get(Account, email_change.account_id)
        token = mail_links.issue(
            transaction,
            Purpose.EMAIL_CANCELLATION,
            envelope.id,
            account_id=email_change.account_id,
            email_change_id=email_change.id,
            expires_at=email_change.requested_at + EMAIL_CHANGE_LIFETIME,
        )
    if token is not None:
        cancellation = _page(f"compte/annulation/{token}")
        warning = letter("email_change_requested", cancellation, at=email_change.requested_at)
        _send(email_change.previous_address, warning, envelope, reader=account)


@registry.follow_up("send_email_changed", MAILS)
def send_email_changed(data: Mapping[str, str], envelope: Envelope) -> None:
    """Tell the old address that the new one is in force, once it is."""
    with db.reading() as transaction:
        email_change = transaction.get(EmailChange, data["email_change_id"])
        account = (
            transaction.get(Account, email_change.account_id) if email_change is not None else None
        )
    if email_change is not None and email_change.confirmed_at is not None:
        notice = letter("email_changed", _page("un-probleme"), at=email_change.confirmed_at)
        _send(email_change.previous_address, notice, envelope, reader=account)


@registry.follow_up("send_staff_invitation", MAILS)
def send_staff_invitation(data: object, envelope: Envelope) -> None:
    """Mail the link of an invitation to who is invited. Nothing is sent where a newer invitation
    has overtaken this one, or it was taken back or used. The lifetime of the link counts from the
    invitation, not from the mail."""
    invitation = read(SentInvitation, data)
    invited_at = invitation.invited_at
    with db.operation() as transaction:
        member = transaction.get(StaffMember, invitation.staff_id, with_for_update=True)
        if member is None or member.invited_at != invited_at or member.disabled_at is not None:
            return
        expires_at = invited_at + INVITATION_LIFETIME
        token = mail_links.issue(
            transaction,
            Purpose.STAFF_INVITATION,
            envelope.id,
            account_id=member.id,
            expires_at=expires_at,
        )
    if token is not None:
        name = "second_factor_reset" if invitation.is_reset else "staff_invitation"
        _send(
            member.email,
            letter(name, _page(f"gestion/invitation/{token}")),
            envelope,
            reader=member,
        )


@registry.follow_up(SEND_ANSWER, MAILS)
def send_erasure_answer(data: Mapping[str, str], envelope: Envelope) -> None:
    with db.reading() as transaction:
        request = transaction.get(ErasureRequest, data["request_id"])
    if request is not None and request.answer is not None:
        _send_to_owner(
            letter("erasure_answer", _page("compte/effacement"), answer=request.answer), envelope
        )


@registry.follow_up("send_copy_ready", MAILS)
def send_copy_ready(data: Mapping[str, str], envelope: Envelope) -> None:
    """Tell the owner that the copy can be downloaded, unless it has expired meanwhile."""
    with db.reading() as transaction:
        copy = transaction.get(PersonalCopy, data["copy_id"])
    if copy is not None and copy.expires_at is not None and copy.expires_at > portal_now():
        _send_to_owner(letter("copy_ready", _page("compte/donnees"), at=copy.expires_at), envelope)


@registry.follow_up("send_unused_account", MAILS)
def send_unused_account(_: object, envelope: Envelope) -> None:
    """Tell the owner of an account that it will be erased unless it is used."""
    erased_from = retention().kind(ACCOUNTS).notice.after(_happened_at(envelope))
    _send_to_owner(letter("unused_account", _page("connexion"), at=erased_from), envelope)


def _send_to_owner(mail: Letter, envelope: Envelope) -> None:
    """Send a mail to the owner of the account that the event is about, where it is still there."""
    with db.reading() as transaction:
        owner = transaction.get(Account, envelope.subject) or transaction.get(
            StaffMember, envelope.subject
        )
    if owner is not None:
        _send(owner.email, mail, envelope, reader=owner)


def _send(
    address: str, text: Letter, envelope: Envelope, *, reader: Account | StaffMember | None
) -> None:
    """Send a mail; if `reader` is a candidate, record it for « Mes messages ». The event's subject
    is the account. Raises MailUnavailable or MailDeferred."""
    letterhead = dependencies().settings.letterhead()
    date = _happened_at(envelope)
    mail = text.mail(letterhead, to=_deliverable(address), message_id=envelope.id, date=date)
    if isinstance(reader, Account):
        with db.operation() as transaction:
            if transaction.get(Account, reader.id, with_for_update=True) is not None:
                sent_mails.record(transaction, reader.id, text, mail)
    if refusal := sent_mails.send_and_record(db, dependencies().mailer, mail):
        with (
            db.operation() as transaction
        ):  # nothing for staff, and for an account erased meanwhile
            if transaction.get(Account, envelope.subject, with_for_update=True) is not None:
                refused = MailRefusal(
                    account_id=envelope.subject,
                    address=address,
                    code=refusal.code,
                    refused_at=clock.portal_now(),
                )
                sent_mails.record_refusal(transaction, refused)
    else:
        sent_mails.forget_refusal(db, MailRefusal, (envelope.subject, address))


def _happened_at(envelope: Envelope) -> datetime:
    """Return when the event happened, in portal time: the same if the mail is sent twice."""
    return envelope.time + clock.offset()


def _deliverable(address: str) -> str:
    """Return the address as typed, its domain in the ASCII form that every mail server takes."""
    return f"{address.rpartition('@')[0]}@{key_of(address).rpartition('@')[2]}"


def _page(path: str) -> str:
    return f"{dependencies().settings.public_url.rstrip('/')}/{path}"
