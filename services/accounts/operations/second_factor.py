"""The second factor of staff: six-digit time-based codes (TOTP, RFC 6238), each accepted once, or a recovery code in
the place of one. System time."""

from __future__ import annotations

import pyotp
import structlog
from cryptography.fernet import InvalidToken
from sqlalchemy.orm import Session

from services.accounts.dependencies import dependencies
from services.accounts.models import StaffMember
from services.accounts.operations import recovery_codes
from services.chassis.clock import system_now
from services.chassis.errors import Forbidden
from services.contracts import problem_types

STEP_SECONDS = 30
TOLERATED_STEPS = (0, -1, 1)
log = structlog.get_logger()


def use_code(session: Session, member: StaffMember, code: str | None) -> bool:
    """Whether the code (of the factor, or a recovery code) is valid now and was not used before; marks it used.

    `member` is locked by the caller. Raises Forbidden: `second-facteur` for no code, `second-facteur-illisible` where
    no key in force opens the secret.
    """
    if not code:
        raise Forbidden(
            "Saisissez le code à six chiffres de votre application d'authentification.",
            problem=problem_types.SECOND_FACTOR_ASKED,
        )
    if not _digits(code):
        return recovery_codes.use(session, member, code)
    step = matching_step(_secret_of(member), code, after=member.totp_last_step)
    if step is None:
        return False
    member.totp_last_step = step
    return True


def matching_step(secret: str, code: str, *, after: int = 0) -> int | None:
    """The time step of the secret's code, if it is one of those valid now and later than `after`."""
    digits = _digits(code)
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    now = int(system_now().timestamp()) // STEP_SECONDS
    for step in (now + shift for shift in TOLERATED_STEPS):
        if digits and step > after and totp.verify(digits, for_time=step * STEP_SECONDS):
            return step
    return None


def put_in_force(member: StaffMember, secret: str, *, used_step: int = 0) -> None:
    """Make `secret` the member's second factor; the code of `used_step` and earlier ones are refused from now on."""
    member.totp_sealed = dependencies().derived_keys.seal(secret)
    member.totp_last_step = used_step


def _digits(code: str) -> str:
    """The code without blanks; empty if it is not made of digits."""
    code = "".join(code.split())
    return code if code.isascii() and code.isdigit() else ""


def _secret_of(member: StaffMember) -> str:
    try:
        return dependencies().derived_keys.unseal(member.totp_sealed)
    except InvalidToken as error:
        log.error("second_factor_unopened", staff_id=member.id)
        raise Forbidden(
            "Votre second facteur ne peut pas être vérifié : adressez-vous à un administrateur.",
            problem=problem_types.SECOND_FACTOR_UNREADABLE,
        ) from error
