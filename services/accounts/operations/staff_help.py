"""What administrators do for a candidate beside a correction, each act in the audit trail: look at an account, send the
link of activation again."""

from __future__ import annotations

from collections.abc import Iterable

from services.accounts.models import Account, AuditEntry, db
from services.accounts.operations.pending_creations import resend_activation_mail
from services.chassis.database.audit import Actor
from services.chassis.errors import Conflict, NotFound


def record_openings(account_ids: Iterable[str], actor: Actor) -> None:
    """Note who has read these accounts."""
    with db.operation() as session:
        for account_id in account_ids:
            AuditEntry.record(session, actor, "account_opened", account_id)


def resend_activation_for(account_id: str, actor: Actor) -> None:
    """Mail the link of activation of this creation again; the older link is closed.

    Raises NotFound, Conflict for an account that is activated.
    """
    with db.operation() as session:
        account = session.get(Account, account_id)
        if account is None:
            raise NotFound()
        if account.activated_at is not None:
            raise Conflict("Ce compte est déjà activé.")
        resend_activation_mail(session, account.email_key, account.id)
        AuditEntry.record(session, actor, "activation_resent", account.id)
