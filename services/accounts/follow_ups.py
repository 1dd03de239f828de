"""The mails of accounts, sent by the worker after the fact; each follows from its event: a repetition is the same.

An account, address or request that is gone meanwhile has no mail: that is no error.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.accounts import mails
from services.accounts.domain.emails import key_of
from services.accounts.domain.links import ACTIVATION_LIFE, EMAIL_CHANGE_LIFE, RESET_LIFE, Purpose
from services.accounts.models import Account, EmailChange, StaffMember, db
from services.accounts.operations import addresses, links, mail_refusals
from services.accounts.parts import parts
from services.chassis import clock
from services.chassis.clock import portal_now
from services.chassis.events import Envelope, Handlers
from services.mail import sent_mails
from services.mail.letter import Letter
from services.mail.mailer import MAILS, Mail

registry = Handlers("accounts")


@registry.follow_up("send_activation_mail", MAILS)
def send_activation_mail(data: dict[str, Any], envelope: Envelope) -> None:
    """« [CYCLADES] Activer mon compte » ; the link ends 48 hours after the creation, not after the mail."""
    with db.operation() as session:
        account = session.get(Account, data["account_id"], with_for_update=True)
        if account is None or addresses.owner_of(session, account.email_key) is not None:
            return
        expires_at = account.created_at + ACTIVATION_LIFE
        token = links.issue(session, Purpose.ACTIVATION, envelope.id, account_id=account.id, expires_at=expires_at)
    if token is not None:
        _send(account.email, mails.activation(_link("activation", token)), envelope, reader=account)


@registry.follow_up("send_address_known", MAILS)
def send_address_known(data: dict[str, Any], envelope: Envelope) -> None:
    """To the owner of an address with which an account was asked for again."""
    if owner := _owner(data["owner_id"]):
        _send(owner.email, mails.address_known(_page("connexion")), envelope, reader=owner)


@registry.follow_up("send_failed_logins", MAILS)
def send_failed_logins(data: dict[str, Any], envelope: Envelope) -> None:
    """To the owner of an account whose tries begin to be slowed."""
    if owner := _owner(data["owner_id"]):
        letter = mails.failed_logins(_happened_at(envelope), _page("compte/mot-de-passe-oublie"))
        _send(owner.email, letter, envelope, reader=owner)


@registry.follow_up("send_reset_mail", MAILS)
def send_reset_mail(data: dict[str, Any], envelope: Envelope) -> None:
    """To the address in force: one that changes at this moment closes the links that there are."""
    with db.operation() as session:
        account = session.get(Account, data["account_id"], with_for_update=True)
        if account is None:
            return
        expires_at = portal_now() + RESET_LIFE
        token = links.issue(session, Purpose.RESET, envelope.id, account_id=account.id, expires_at=expires_at)
    if token is not None:
        _send(account.email, mails.password_reset(_link("mot-de-passe", token)), envelope, reader=account)


@registry.follow_up("send_email_change_confirmation", MAILS)
def send_email_change_confirmation(data: dict[str, Any], envelope: Envelope) -> None:
    """To the new address; where it is already an account's, its owner is told that instead.

    Who asked reads neither again: whether the address has an account is not his to know.
    """
    with db.operation() as session:
        asked = session.get(EmailChange, data["email_change_id"])
        if asked is None or asked.confirmed_at is not None:
            return
        owner = addresses.owner_of(session, key_of(asked.address))
        if owner is None:
            expires_at = asked.requested_at + EMAIL_CHANGE_LIFE
            token = links.issue(
                session, Purpose.EMAIL_CHANGE, envelope.id,
                account_id=asked.account_id, email_change_id=asked.id, expires_at=expires_at,
            )  # fmt: skip
    if owner is not None:
        _send(asked.address, mails.address_asked_for(_page("connexion")), envelope, reader=owner)
    elif token is not None:
        _send(asked.address, mails.email_change(_link("adresse", token)), envelope, reader=None)


@registry.follow_up("send_email_change_asked", MAILS)
def send_email_change_asked(data: dict[str, Any], envelope: Envelope) -> None:
    """To the old address, with the link that cancels; nothing where the request has ended meanwhile."""
    with db.operation() as session:
        asked = session.get(EmailChange, data["email_change_id"])
        if asked is None or asked.confirmed_at is not None:
            return
        account = session.get(Account, asked.account_id)
        token = links.issue(
            session, Purpose.EMAIL_CANCELLATION, envelope.id,
            account_id=asked.account_id, email_change_id=asked.id, expires_at=asked.requested_at + EMAIL_CHANGE_LIFE,
        )  # fmt: skip
    if token is not None:
        letter = mails.email_change_asked(asked.requested_at, _link("annulation", token))
        _send(asked.previous_address, letter, envelope, reader=account)


@registry.follow_up("send_email_changed", MAILS)
def send_email_changed(data: dict[str, Any], envelope: Envelope) -> None:
    """To the old address, once the new one is in force."""
    with db.reading() as session:
        asked = session.get(EmailChange, data["email_change_id"])
        account = session.get(Account, asked.account_id) if asked is not None else None
    if asked is not None and asked.confirmed_at is not None:
        letter = mails.email_changed(asked.confirmed_at, _page("un-probleme"))
        _send(asked.previous_address, letter, envelope, reader=account)


def _owner(owner_id: str) -> Account | StaffMember | None:
    with db.reading() as session:
        return session.get(Account, owner_id) or session.get(StaffMember, owner_id)


def _send(address: str, letter: Letter, envelope: Envelope, *, reader: Account | StaffMember | None) -> None:
    """Each of these follow-ups bears the account as its subject; `reader` finds the mail again in « Mes messages ».

    Raises MailUnavailable or MailDeferred.
    """
    letterhead, date = parts().settings.letterhead(), _happened_at(envelope)
    mail = letter.mail(letterhead, to=_deliverable(address), message_id=envelope.id, date=date)
    if isinstance(reader, Account):
        _keep(reader.id, letter, mail)
    if refusal := sent_mails.send_and_record(db, parts().mailer, mail):
        mail_refusals.note(envelope.subject, address, refusal.code)
    else:
        mail_refusals.forget(envelope.subject, address)


def _keep(account_id: str, letter: Letter, mail: Mail) -> None:
    with db.operation() as session:
        if session.get(Account, account_id, with_for_update=True) is not None:
            sent_mails.record(session, account_id, letter, mail)


def _happened_at(envelope: Envelope) -> datetime:
    """By the portal's clock, and the same again if the mail is sent twice."""
    return envelope.time + clock.offset()


def _deliverable(address: str) -> str:
    """The address as typed, its domain in the ASCII form that every mail server takes."""
    return f"{address.rpartition('@')[0]}@{key_of(address).rpartition('@')[2]}"


def _link(kind: str, token: str) -> str:
    return _page(f"compte/{kind}/{token}")


def _page(path: str) -> str:
    return f"{parts().settings.public_url.rstrip('/')}/{path}"
