"""Counters of failed log-ins and of requested mails; the rules are in domain/throttling.py. System
time. Two requests may insert the same counter at the same moment: the one that fails runs again and
finds the other's row."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import wraps
from typing import ParamSpec, TypeVar

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.accounts.dependencies import dependencies
from services.accounts.domain import throttling
from services.accounts.domain.throttling import Failures, Rule
from services.accounts.models import LoginFailures, MailQuota
from services.chassis.errors import TooMany
from services.chassis.quotas import Quota, count_in_window
from services.clock import system_now

Given = ParamSpec("Given")
Result = TypeVar("Result")
TRIES = 3


Slots = Mapping[str, Rule]
"""Counters of tries by their names, with the rule that applies to each."""
CURRENT_PASSWORD = {"current-password": throttling.PER_SOURCE}
SECOND_FACTOR = {"second-factor": throttling.PER_SOURCE}
"""Asked again; at the log-in the second factor counts with the password."""


def login_slots(source: str, known_browser: str | None) -> Slots:
    """Return where a log-in is counted: a known browser alone; any other by its source and together
    with all unknown ones."""
    trace = dependencies().derived_keys.trace
    if known_browser is not None:
        return {trace("browser", known_browser): throttling.PER_SOURCE}
    return {trace("source", source): throttling.PER_SOURCE, "all": throttling.ALL_SOURCES}


def account_trace(email_key: str) -> str:
    return dependencies().derived_keys.trace("account", email_key)


def count_attempt(transaction: Session, email_key: str, slots: Slots) -> bool:
    """Count a try as failed before it is verified, so that parallel tries are counted;
    `uncount_attempt` undoes it. Tell whether it is the first one that delays tries, of which the
    owner is informed. Raises TooMany while tries are delayed."""
    now = system_now()
    trace = account_trace(email_key)
    slowing_starts = False
    for slot, rule in slots.items():
        row = transaction.get(LoginFailures, (trace, slot), with_for_update=True)
        before = Failures(row.count, row.last_at) if row else Failures()
        if wait := throttling.seconds_to_wait(before, rule, now):
            raise TooMany(
                f"Trop d'essais : réessayez dans {_duration_in_french(wait)}.", retry_after=wait
            )
        after = before.one_more(now)
        slowing_starts |= before.current(now).count < rule.undelayed <= after.count
        if row is None:
            row = LoginFailures(account_trace=trace, slot=slot)
            transaction.add(row)
        row.count = after.count
        row.last_at = now
    transaction.flush()
    return slowing_starts


def uncount_attempt(transaction: Session, email_key: str, slots: Slots) -> None:
    """Undo the count of a try that has succeeded: reset the slot of this source or browser, and
    subtract one failure from the common one."""
    trace = account_trace(email_key)
    for slot, rule in slots.items():
        row = transaction.get(LoginFailures, (trace, slot), with_for_update=True)
        if row is None:
            continue
        if rule is throttling.ALL_SOURCES and row.count > 1:
            row.count -= 1
        else:
            transaction.delete(row)


def give_back_attempt(transaction: Session, email_key: str, slots: Slots) -> None:
    """Subtract a try that has not failed and is to be gone on with. It forgives none of those
    before it, as `uncount_attempt` does: nobody may ask for a code again to guess another one."""
    trace = account_trace(email_key)
    for slot in slots:
        row = transaction.get(LoginFailures, (trace, slot), with_for_update=True)
        if row is None:
            continue
        if row.count > 1:
            row.count -= 1
        else:
            transaction.delete(row)


def forget_failures(transaction: Session, email_key: str) -> None:
    """Reset all counters of an account: after a password reset, or when the account is erased."""
    transaction.execute(
        delete(LoginFailures).where(LoginFailures.account_trace == account_trace(email_key))
    )


def count_mail_request(transaction: Session, kind: str, address: str, quota: Quota) -> int:
    """Count one more mail of this kind requested for a mail address, or from a network address.
    Return 0, or the seconds to wait beyond the quota."""
    trace = dependencies().derived_keys.trace("quota", kind, address)
    row = transaction.get(MailQuota, trace, with_for_update=True)
    count, since, wait = count_in_window(
        row.count if row else 0, row.since if row else None, quota, system_now()
    )
    if row is None:
        transaction.add(MailQuota(trace=trace, count=count, since=since))
    else:
        row.count = count
        row.since = since
    transaction.flush()
    return wait


def wait_for_mail_request(transaction: Session, kind: str, address: str, quota: Quota) -> int:
    """Return what `count_mail_request` would return, and count nothing."""
    row = transaction.get(MailQuota, dependencies().derived_keys.trace("quota", kind, address))
    return count_in_window(row.count, row.since, quota, system_now())[2] if row else 0


def too_many_mails_error(wait: int) -> TooMany:
    return TooMany(
        "Trop de mails ont été demandés pour cette adresse. "
        f"Vérifiez vos courriers indésirables, puis réessayez dans {_duration_in_french(wait)}.",
        retry_after=wait,
    )


def too_many_creations_error(wait: int) -> TooMany:
    return TooMany(
        "Un très grand nombre de comptes a été demandé depuis votre connexion internet : aucun "
        f"n'est créé pour vous. Réessayez dans {_duration_in_french(wait)}, ou par une autre "
        "connexion.",
        retry_after=wait,
    )


def purge(transaction: Session, now: datetime) -> None:
    """Delete counters that have no effect any more."""
    transaction.execute(
        delete(LoginFailures).where(LoginFailures.last_at < now - throttling.FAILURES_LIFETIME)
    )
    transaction.execute(
        delete(MailQuota).where(MailQuota.since < now - throttling.FAILURES_LIFETIME)
    )


def _duration_in_french(seconds: int) -> str:
    if seconds < 60:
        return f"{seconds} seconde{'s' if seconds > 1 else ''}"
    minutes = -(-seconds // 60)
    return f"{minutes} minute{'s' if minutes > 1 else ''}"


def retried(operation: Callable[Given, Result]) -> Callable[Given, Result]:
    """Run an operation, a whole transaction, again where a unique row was added meanwhile: TRIES
    times at most."""

    @wraps(operation)
    def run(*given: Given.args, **named: Given.kwargs) -> Result:
        for _ in range(TRIES - 1):
            with suppress(IntegrityError):
                return operation(*given, **named)
        return operation(*given, **named)

    return run
