"""Reads for the API: what a candidate sees of his account, and the state of mailed links."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.accounts import identity
from services.accounts.domain import form
from services.accounts.domain.account import typed_values
from services.accounts.domain.emails import key_of
from services.accounts.domain.links import EMAIL_CHANGE_LIFE, Purpose, State, sentence
from services.accounts.models import Account, EmailChange, MailRefusal, db
from services.accounts.operations import addresses, links, pending_creations
from services.accounts.operations.change import is_frozen
from services.accounts.parts import parts
from services.chassis.clock import portal_now
from services.chassis.errors import DomainError, NotFound


@dataclass(frozen=True)
class Me:
    """`editable` is "all" or "contact_only"; `pending_email` waits for its owner's confirmation."""

    email: str
    editable: str
    last_login_at: datetime | None
    pending_email: str | None
    form: dict[str, Any]


def me(account_id: str, typed: dict[str, Any] | None = None) -> Me:
    """The account and its form, holding what was typed over what is stored. Raises NotFound."""
    account = account_of(account_id)
    notice = _frozen_notice(account)
    values = typed_values(identity.civil_status_of(account), account.email) | (typed or {})
    shown = form.change(values, parts().profile, frozen_notice=notice)
    editable = "all" if notice is None else "contact_only"
    return Me(account.email, editable, account.last_login_at, _pending_email(account), shown)


@dataclass(frozen=True)
class Addresses:
    """`pending_email` waits for its owner's confirmation."""

    email: str
    pending_email: str | None


def own_addresses(account_id: str) -> Addresses:
    """Raises NotFound."""
    account = account_of(account_id)
    return Addresses(account.email, _pending_email(account))


def account_of(account_id: str) -> Account:
    """Raises NotFound for an account erased meanwhile."""
    with db.reading() as session:
        account = session.get(Account, account_id)
    if account is None:
        raise NotFound()
    return account


def assertion(account_id: str) -> str:
    """The identity in force, vouched for; a pending change is not in it yet."""
    return identity.vouched_for(account_of(account_id))


def candidates_with(email: str) -> list[dict[str, Any]]:
    """For staff: the account of this address, else the creations that wait for it, newest first."""
    with db.reading_for_staff() as session:
        account = addresses.account_at(session, key_of(email))
        accounts = [account] if account else pending_creations.waiting_at(session, key_of(email))
        return [_candidate(session, account) for account in accounts]


def _candidate(session: Session, account: Account) -> dict[str, Any]:
    refusals = session.scalars(select(MailRefusal).where(MailRefusal.account_id == account.id)).all()
    return {
        "id": account.id,
        "email": account.email,
        "activated": account.activated_at is not None,
        "version": account.version,
        "refused_mails": [{"address": row.address, "code": row.code, "since": row.refused_at} for row in refusals],
        "values": typed_values(identity.civil_status_of(account), account.email),
    }


def link_state(purpose: Purpose, token: str) -> dict[str, str | None]:
    """The state of a link, and what to tell of one that is not usable."""
    with db.reading() as session:
        state = links.state(session, purpose, token)
    return {"state": state.value, "detail": sentence(purpose, state)}


def creation_state(token: str) -> dict[str, Any]:
    """The state of an activation link; of a usable one also what was typed, so that nobody activates a stranger's."""
    state = link_state(Purpose.ACTIVATION, token)
    with db.reading() as session:
        creation = links.account_of(session, Purpose.ACTIVATION, token)
    if state["state"] != State.USABLE or creation is None:
        return {**state}
    typed = {name: getattr(creation, name) for name in ("nom_famille", "prenoms", "date_naissance")}
    return {**state, "asked": {**typed, "at": creation.created_at}}


def _frozen_notice(account: Account) -> str | None:
    """Why only mail and password can change; None where everything can."""
    try:
        return form.FROZEN_NOTICE if is_frozen(account) else None
    except DomainError:  # registrations does not answer: mail and password can change all the same
        return form.UNSURE_NOTICE


def _pending_email(account: Account) -> str | None:
    latest = (
        select(EmailChange)
        .where(EmailChange.account_id == account.id, EmailChange.requested_at > portal_now() - EMAIL_CHANGE_LIFE)
        .order_by(EmailChange.requested_at.desc())
        .limit(1)
    )
    with db.reading() as session:
        asked = session.scalars(latest).one_or_none()
    return asked.address if asked is not None and asked.confirmed_at is None else None
