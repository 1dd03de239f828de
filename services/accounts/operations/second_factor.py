"""The second factor of staff: six-digit time-based codes (TOTP, RFC 6238), each accepted once. System time."""

from __future__ import annotations

import pyotp
import structlog
from cryptography.fernet import InvalidToken

from services.accounts.dependencies import dependencies
from services.accounts.models import StaffMember
from services.chassis.clock import system_now
from services.chassis.errors import Forbidden
from services.contracts import problem_types

STEP_SECONDS = 30
TOLERATED_STEPS = (0, -1, 1)
log = structlog.get_logger()


def use_code(member: StaffMember, code: str | None) -> bool:
    """Whether the code is valid now and was not used before; marks it used.

    Raises Forbidden: `second-facteur` for no code, `second-facteur-illisible` where no key in force opens the secret.
    """
    if not code:
        raise Forbidden(
            "Saisissez le code à six chiffres de votre application d'authentification.",
            problem=problem_types.SECOND_FACTOR_ASKED,
        )
    digits = code.replace(" ", "")
    if not (digits.isascii() and digits.isdigit()):
        return False
    totp = pyotp.TOTP(_secret_of(member), interval=STEP_SECONDS)
    now = int(system_now().timestamp()) // STEP_SECONDS
    for step in (now + shift for shift in TOLERATED_STEPS):
        if step > member.totp_last_step and totp.verify(digits, for_time=step * STEP_SECONDS):
            member.totp_last_step = step
            return True
    return False


def _secret_of(member: StaffMember) -> str:
    try:
        return dependencies().derived_keys.unseal(member.totp_sealed)
    except InvalidToken as error:
        log.error("second_factor_unopened", staff_id=member.id)
        raise Forbidden(
            "Votre second facteur ne peut pas être vérifié : adressez-vous à un administrateur.",
            problem=problem_types.SECOND_FACTOR_UNREADABLE,
        ) from error
