"""Requests of erasure of who has a candidature: what no law keeps goes at once, an administrateur
answers."""

from datetime import datetime

from sqlalchemy import Select, delete, select

from services.accounts.models import Account, AuditEntry, ErasureRequest, KnownBrowser, db
from services.accounts.operations.identity_changes import delete_account
from services.accounts.operations.passwords import Reauthentication, checked_again
from services.accounts.queries.accounts import is_frozen, stored_account
from services.chassis.database.audit import Actor
from services.chassis.errors import Conflict, Invalid, found
from services.chassis.tasks.new_tasks import follow_up
from services.clock import portal_now, to_paris
from services.contracts.api import erasure as api
from services.contracts.api.own_account import ERASURE
from services.contracts.retention import Period
from services.mail import sent_mails

TIME_TO_ANSWER = Period("1 mois")
"""RGPD, article 12."""
ERASE_DRAFTS = "erase_drafts"
SEND_ANSWER = "send_erasure_answer"
SHOWN = 200  # requests; those to answer come first


def my_erasure(account_id: str) -> api.MyErasure:
    """Return the candidate's last request. Raises NotFound, Unavailable where registrations has to
    be asked and does not answer."""
    engaged = is_frozen(stored_account(account_id))
    with db.reading() as transaction:
        last = transaction.scalar(_of(account_id).limit(1))
    if last is None:
        return api.MyErasure(engaged=engaged, requested_at=None, answered_at=None, answer=None)
    return api.MyErasure(
        engaged=engaged,
        requested_at=last.requested_at,
        answered_at=last.answered_at,
        answer=last.answer,
    )


def ask_erasure(account_id: str, again: Reauthentication) -> api.AskedErasure:
    """Erase the account of who has no candidature; else ask an administrateur, and erase at once
    what no law keeps. Raises as `checked_again`."""
    if not is_frozen(checked_again(account_id, ERASURE, again)):
        delete_account(account_id)
        return api.AskedErasure(erased=True)
    with db.operation() as transaction:
        found(transaction.get(Account, account_id, with_for_update=True))
        if (
            transaction.scalar(_of(account_id).where(ErasureRequest.answered_at.is_(None)).limit(1))
            is None
        ):
            transaction.add(ErasureRequest(account_id=account_id, requested_at=portal_now()))
            transaction.execute(delete(KnownBrowser).where(KnownBrowser.subject_id == account_id))
            sent_mails.erase_mails_of(transaction, account_id)
            AuditEntry.record(
                transaction, Actor("candidate", account_id), "erasure.requested", account_id
            )
            follow_up(transaction, ERASE_DRAFTS, {}, subject=account_id)
    return api.AskedErasure(erased=False)


def answer_request(request_id: str, answer: str, actor: Actor) -> None:
    """Answer a request of erasure, by mail too. Raises Invalid without an answer, NotFound, also
    once the account is erased, Conflict for a request answered before."""
    if not answer.strip():
        raise Invalid.in_field("answer", "Écrivez la réponse.")
    with db.operation() as transaction:
        row = found(transaction.get(ErasureRequest, request_id, with_for_update=True))
        found(transaction.get(Account, row.account_id))
        if row.answered_at is not None:
            raise Conflict("Une réponse a déjà été donnée à cette demande.")
        row.answered_at = portal_now()
        row.answer = answer
        AuditEntry.record(
            transaction, actor, "erasure.answered", row.account_id, after={"text": answer}
        )
        follow_up(transaction, SEND_ANSWER, {"request_id": row.id}, subject=row.account_id)


def erasure_requests() -> api.ErasureRequests:
    order = (
        ErasureRequest.answered_at.is_not(None),
        ErasureRequest.answered_at.desc(),
        ErasureRequest.requested_at,
    )
    query = select(ErasureRequest, Account.id).outerjoin(
        Account, Account.id == ErasureRequest.account_id
    )
    with db.reading_for_staff() as transaction:
        rows = transaction.execute(query.order_by(*order).limit(SHOWN)).all()
    return api.ErasureRequests(
        requests=tuple(_shown(row, owner is None, portal_now()) for row, owner in rows)
    )


def _shown(row: ErasureRequest, erased: bool, now: datetime) -> api.ErasureRequest:
    due = to_paris(TIME_TO_ANSWER.after(row.requested_at)).date()
    return api.ErasureRequest(
        id=row.id,
        account_id=row.account_id,
        requested_at=row.requested_at,
        days_left=(due - to_paris(now).date()).days,
        answered_at=row.answered_at,
        account_erased=erased,
    )


def _of(account_id: str) -> Select[ErasureRequest]:
    """Select the account's requests, the newest first."""
    return (
        select(ErasureRequest)
        .filter_by(account_id=account_id)
        .order_by(ErasureRequest.requested_at.desc())
    )
