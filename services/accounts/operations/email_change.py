"""A new address takes effect when its owner confirms by the mailed link; the old one is told, every session ends."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.accounts.domain import links as link_rules
from services.accounts.domain.emails import key_of
from services.accounts.domain.links import Purpose, State
from services.accounts.models import Account, EmailChange, db
from services.accounts.operations import addresses, limits, links, sessions
from services.accounts.operations.identity_changes import after_pending
from services.accounts.operations.identity_versions import next_version
from services.chassis.clock import portal_now
from services.chassis.errors import Conflict
from services.chassis.events import follow_up, publish
from services.contracts import problem_types
from services.contracts.accounts import EmailChanged

_OTHER_CHANGE_WAITS = (
    "Une autre modification de votre compte est en cours de vérification : réessayez dans quelques minutes. "
    "Votre lien reste valable."
)


def confirm_email(token: str) -> str:
    """The new address is the account's from now on; returns it.

    Raises Gone for a link not usable, Conflict where the address was taken meanwhile, Unavailable while a change of
    civil status is pending: the link then stays usable.
    """
    try:
        return after_pending(lambda: _confirm(token), waiting=_OTHER_CHANGE_WAITS)
    except IntegrityError as error:  # taken at this very moment
        raise _taken() from error


def _confirm(token: str) -> str:
    with db.operation() as session:
        link, account = links.use(session, Purpose.EMAIL_CHANGE, token)
        asked = session.get(EmailChange, link.email_change_id)
        if asked is None:
            raise link_rules.refusal(Purpose.EMAIL_CHANGE, State.ENDED)
        _refuse_taken(session, asked.address)
        _take_effect(session, account, asked)
        return asked.address


def _take_effect(session: Session, account: Account, asked: EmailChange) -> None:
    version = next_version(session, account.id)
    limits.forget_failures(session, account.email_key)
    asked.previous_address, asked.confirmed_at = account.email, portal_now()
    account.email, account.email_key, account.version = asked.address, key_of(asked.address), version
    session.flush()
    links.close(session, account.id, Purpose.EMAIL_CHANGE, Purpose.EMAIL_CANCELLATION, Purpose.RESET)
    sessions.end_all(session, account.id)
    publish(session, EmailChanged(account.id, version, account.email), subject=account.id)
    follow_up(session, "send_email_changed", {"email_change_id": asked.id}, subject=account.id)


def _refuse_taken(session: Session, address: str) -> None:
    """Whoever holds the address now keeps it; a creation that waits there does not."""
    if addresses.owner_of(session, key_of(address)) is not None:
        raise _taken()


def _taken() -> Conflict:
    return Conflict("Cette adresse mail est déjà celle d'un autre compte.", problem=problem_types.ADDRESS_TAKEN)
