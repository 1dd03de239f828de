"""The second factor of staff: six-digit time-based codes (TOTP, RFC 6238), each accepted once, or a
recovery code or what a passkey answers in the place of one. System time.

Nothing is stored of a proposal until a code confirms it: its secret is sealed in the page that
shows it. Each page that is opened has a secret of its own: who merely looked at a mailed link does
not know the secret that its owner sets up.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta

import pyotp
import structlog
from cryptography.fernet import InvalidToken
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.accounts.dependencies import dependencies
from services.accounts.domain import staff
from services.accounts.models import AuditEntry, RecoveryCode, StaffMember, db
from services.accounts.operations import passkeys, rate_limits
from services.accounts.operations.rate_limits import retried
from services.accounts.stored_secrets import hash_secret
from services.chassis import brand
from services.chassis.database.audit import Actor
from services.chassis.errors import Forbidden, Invalid
from services.clock import system_now
from services.contracts import page_labels, problem_types
from services.contracts.account_rules import MemberState
from services.contracts.api.own_staff_account import ProposedFactor

STEP_SECONDS = 30
log = structlog.get_logger()
_PROPOSAL = "second factor"
PROPOSAL_LIFETIME = timedelta(hours=1)
TOTP_ISSUER = f"{brand.NAME} - {page_labels.STAFF_PAGES}"


@dataclass(frozen=True)
class _Proposal:
    """A second factor that waits for a code of its own. `subject`: whom it is for."""

    subject: str
    secret: str


def use_code(
    transaction: Session, member: StaffMember, code: str | None, *, at_log_in: bool
) -> bool:
    """Tell whether the code (of the factor, a recovery code, or a passkey's answer) is valid now
    and was not used before, and mark it used. `at_log_in`: what a passkey must have been asked for.
    The caller has locked the member. Raises Forbidden: `second-facteur` for no code,
    `second-facteur-illisible` where no key in force opens the secret."""
    if not code:
        raise code_asked_error()
    if code.startswith("{"):
        return passkeys.use(transaction, member, code, at_log_in=at_log_in)
    if not _digits(code):
        return use_recovery_code(transaction, member, code)
    step = matching_step(_secret_of(member), code, after=member.totp_last_step)
    if step is None:
        return False
    member.totp_last_step = step
    return True


def code_asked_error() -> Forbidden:
    detail = "Saisissez le code à six chiffres de votre application d'authentification."
    return Forbidden(detail, problem=problem_types.SECOND_FACTOR_ASKED)


def matching_step(secret: str, code: str, *, after: int = 0) -> int | None:
    """Return the time step of the secret's code, if it is one of those valid now and later than
    `after`."""
    digits = _digits(code)
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    now = int(system_now().timestamp()) // STEP_SECONDS
    valid = (step for step in (now, now - 1, now + 1) if step > after)
    return next(
        (step for step in valid if digits and totp.verify(digits, for_time=step * STEP_SECONDS)),
        None,
    )


def put_in_force(member: StaffMember, secret: str, *, used_step: int = 0) -> None:
    """Make `secret` the member's second factor; the code of `used_step` and earlier ones are
    refused from now on."""
    member.totp_sealed = dependencies().derived_keys.seal(secret)
    member.totp_last_step = used_step


def _digits(code: str) -> str:
    """Return the code without blanks; "" if it is not made of digits."""
    code = "".join(code.split())
    return code if code.isascii() and code.isdigit() else ""


def _secret_of(member: StaffMember) -> str:
    try:
        return dependencies().derived_keys.unseal(member.totp_sealed)
    except InvalidToken as error:
        log.error("second_factor_unopened", staff_id=member.id)
        detail = (
            "Votre second facteur ne peut pas être vérifié : adressez-vous à un administrateur."
        )
        raise Forbidden(detail, problem=problem_types.SECOND_FACTOR_UNREADABLE) from error


def replace_recovery_codes(transaction: Session, staff_id: str) -> list[str]:
    """Return a new set of codes, as people write them; the old one is deleted. Only hashes are
    stored."""
    delete_recovery_codes(transaction, staff_id)
    signs = range(staff.RECOVERY_CODE_LENGTH)
    codes = [
        "".join(secrets.choice(staff.RECOVERY_ALPHABET) for _ in signs)
        for _ in range(staff.RECOVERY_CODES)
    ]
    transaction.add_all(
        RecoveryCode(code_hash=_recovery_hash(staff_id, code), staff_id=staff_id) for code in codes
    )
    return [staff.displayed_recovery_code(code) for code in codes]


def delete_recovery_codes(transaction: Session, staff_id: str) -> None:
    transaction.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))


def use_recovery_code(transaction: Session, member: StaffMember, typed: str) -> bool:
    """Tell whether this is an unused code of the member, and mark it used, with an audit entry. The
    caller has locked the member."""
    code = staff.read_recovery_code(typed)
    row = (
        transaction.get(RecoveryCode, _recovery_hash(member.id, code), with_for_update=True)
        if code
        else None
    )
    if row is None or row.used_at is not None:
        return False
    row.used_at = system_now()
    AuditEntry.record(transaction, Actor("staff", member.id), "recovery_code_used", member.id)
    return True


def _recovery_hash(staff_id: str, code: str) -> str:
    return hash_secret(f"{staff_id}:{code}")


def confirm_code(staff_id: str, code: str, *, at_log_in: bool = False) -> None:
    """Ask for a fresh code before a dangerous act of staff, throttled like log-ins; it is spent
    even where the act is then refused. Raises Invalid on `code` where it is missing, wrong or used,
    TooMany after several failures, Forbidden for a member who is disabled or no longer set up."""
    if not code.strip():
        raise Invalid.in_field("code", "Saisissez un code de votre second facteur.")
    _count_code_attempt(staff_id)
    with db.operation() as transaction:
        member = transaction.get(StaffMember, staff_id, with_for_update=True)
        accepted = member is not None and use_code(transaction, member, code, at_log_in=at_log_in)
        if accepted and member is not None:
            rate_limits.uncount_attempt(transaction, member.email_key, rate_limits.SECOND_FACTOR)
    if not accepted:
        raise Invalid.in_field(
            "code",
            "Ce code n'est pas le bon, ou il a déjà servi : attendez le prochain code de votre "
            "application, puis saisissez-le.",
        )


@retried
def _count_code_attempt(staff_id: str) -> None:
    with db.operation() as transaction:
        member = transaction.get(StaffMember, staff_id)
        if member is None or member.state is not MemberState.ACTIVE:
            raise Forbidden()
        rate_limits.count_attempt(transaction, member.email_key, rate_limits.SECOND_FACTOR)


def for_link(token: str) -> str:
    """Return whom a proposal is for: whoever holds this mailed link."""
    return f"link:{hash_secret(token)}"


def for_renewal(member: StaffMember) -> str:
    """Return whom a proposal is for: this member, while the factor in force is the present one."""
    return f"renewal:{member.id}:{hash_secret(member.totp_sealed)}"


def propose(subject: str, email: str, sealed: str = "") -> ProposedFactor:
    """Propose a new secret, or that of `sealed` where it is a proposal for this subject that is
    still valid."""
    secret = proposed_secret(sealed, subject)
    if secret is None:
        secret = pyotp.random_base32()
        sealed = dependencies().derived_keys.seal_content(_PROPOSAL, _Proposal(subject, secret))
    uri = pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=TOTP_ISSUER)
    return ProposedFactor(secret=secret, uri=uri, sealed=sealed)


def proposed_secret(sealed: str, subject: str) -> str | None:
    """Return the secret; None for another subject, after PROPOSAL_LIFETIME, or for a text that was
    not sealed here."""
    keys = dependencies().derived_keys
    proposal = keys.sealed_content(_PROPOSAL, sealed, PROPOSAL_LIFETIME, _Proposal)
    return proposal.secret if proposal and proposal.subject == subject else None


def reseal_second_factors(actor: Actor) -> tuple[int, list[str]]:
    """Seal all again with the first key, so that older keys can be dropped. Return how many that
    were, and the ids of staff whose second factor no key in force opens (left as it is)."""
    resealed = 0
    unopened = []
    with db.operation() as transaction:
        for member in transaction.scalars(select(StaffMember).with_for_update()):
            try:
                newly_sealed = dependencies().derived_keys.reseal(member.totp_sealed)
            except InvalidToken:
                log.error("second_factor_unopened", staff_id=member.id)
                unopened.append(member.id)
                continue
            if newly_sealed is not None:
                member.totp_sealed = newly_sealed
                resealed += 1
        if resealed:
            AuditEntry.record(
                transaction, actor, "second_factors_resealed", "staff", after={"resealed": resealed}
            )
    return resealed, unopened
