"""Bookkeeping of failed tries and of mails asked for; the rules are in domain/throttling.py. System time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.accounts.domain import throttling
from services.accounts.domain.throttling import Failures, Quota, Rule
from services.accounts.models import LoginFailures, MailQuota
from services.accounts.parts import parts
from services.chassis.clock import system_now
from services.chassis.errors import TooMany


@dataclass(frozen=True)
class Slot:
    """Where a try is counted, and by which rule."""

    name: str
    rule: Rule


def slots_of(source: str, known_browser: str | None) -> list[Slot]:
    """A known browser is counted alone; any other by its source and with all other strangers."""
    trace = parts().derivation.trace
    if known_browser is not None:
        return [Slot(trace("browser", known_browser), throttling.PER_SOURCE)]
    return [Slot(trace("source", source), throttling.PER_SOURCE), Slot("all", throttling.ALL_SOURCES)]


CURRENT_PASSWORD = Slot("current-password", throttling.PER_SOURCE)


def account_trace(email_key: str) -> str:
    return parts().derivation.trace("account", email_key)


def count_try(session: Session, email_key: str, slots: Iterable[Slot]) -> bool:
    """Count a try as failed before it is looked at, so that many at once gain nothing; a success takes it back.

    Returns whether a failure now is the moment to tell the owner. Raises TooMany while tries are slowed.
    """
    now = system_now()
    trace = account_trace(email_key)
    starts = False
    for slot in slots:
        row = session.get(LoginFailures, (trace, slot.name), with_for_update=True)
        before = Failures(row.count, row.last_at) if row else Failures()
        if wait := throttling.seconds_to_wait(before, slot.rule, now):
            raise TooMany(_sentence(wait), retry_after=wait)
        after = before.one_more(now)
        starts = starts or throttling.starts_to_slow(before.current(now), after, slot.rule)
        if row is None:
            row = LoginFailures(account_trace=trace, slot=slot.name)
            session.add(row)
        row.count, row.last_at = after.count, now
    session.flush()
    return starts


def take_back(session: Session, email_key: str, slots: Iterable[Slot]) -> None:
    """After a success: the slot of this source or browser is clean, the common one has one failure less."""
    trace = account_trace(email_key)
    for slot in slots:
        row = session.get(LoginFailures, (trace, slot.name), with_for_update=True)
        if row is None:
            continue
        if slot.rule is throttling.ALL_SOURCES and row.count > 1:
            row.count -= 1
        else:
            session.delete(row)


def forget_failures(session: Session, email_key: str) -> None:
    """All tries of an account are free again: after a reset, or when the account is gone."""
    session.execute(delete(LoginFailures).where(LoginFailures.account_trace == account_trace(email_key)))


def seconds_over_quota(session: Session, what: str, email_key: str, quota: Quota) -> int:
    """Count one more mail asked for at an address; seconds to wait where it is too many, else 0."""
    trace = parts().derivation.trace("quota", what, email_key)
    row = session.get(MailQuota, trace, with_for_update=True)
    count, since, wait = throttling.take(row.count if row else 0, row.since if row else None, quota, system_now())
    if row is None:
        session.add(MailQuota(trace=trace, count=count, since=since))
    else:
        row.count, row.since = count, since
    session.flush()
    return wait


def too_many_mails(wait: int) -> TooMany:
    return TooMany(
        "Trop de mails ont été demandés pour cette adresse. "
        f"Vérifiez vos courriers indésirables, puis réessayez dans {_duration(wait)}.",
        retry_after=wait,
    )


def purge(session: Session, now: datetime) -> None:
    """Drop what no longer counts."""
    session.execute(delete(LoginFailures).where(LoginFailures.last_at < now - throttling.FORGOTTEN_AFTER))
    session.execute(delete(MailQuota).where(MailQuota.since < now - throttling.FORGOTTEN_AFTER))


def _sentence(wait: int) -> str:
    return (
        f"Trop d'essais : réessayez dans {_duration(wait)}, ou réinitialisez votre mot de passe si vous l'avez oublié."
    )


def _duration(seconds: int) -> str:
    if seconds < 60:
        return f"{seconds} seconde{'s' if seconds > 1 else ''}"
    minutes = -(-seconds // 60)
    return f"{minutes} minute{'s' if minutes > 1 else ''}"
