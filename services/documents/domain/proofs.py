"""What a paper says so that who holds it can check it: facts that the portal signs, and a code of
twelve signs.

The facts are few, so that who holds a paper can compare and who does not learns next to nothing.
The code is made of their signature, which is the same each time: a paper that is made twice has one
code.
"""

import base64
import hashlib
import json
import re
from dataclasses import astuple, dataclass
from datetime import date, datetime

from services.clock import to_paris
from services.contracts.registrations import RegistrationSaved

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 signs that are not mistaken for each other: neither 0 and O, nor 1 and I."""
CODE_LENGTH = 12
SIGNATURE_BYTES = 64
_TYPED_CODE = re.compile(rf"[{ALPHABET}]{{{CODE_LENGTH}}}")


@dataclass(frozen=True)
class Facts:
    """Labels as the paper prints them; `reference` tells papers apart that are the same in all
    else."""

    type: str
    exam: str
    session: str
    specialite: str | None
    date: str  # 2021-10-04
    initials: str  # P. D.
    birth_year: int
    reference: str

    def to_bytes(self) -> bytes:
        """Return the facts as they are signed."""
        return json.dumps(astuple(self), ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True)
class Proof:
    """`signed`: the facts with their signature behind them, as base64url."""

    code: str
    signed: str

    @classmethod
    def of(cls, facts: Facts, signature: bytes) -> "Proof":
        number = int.from_bytes(hashlib.sha256(signature).digest()[:8])
        code = "".join(ALPHABET[(number >> 5 * place) & 31] for place in range(CODE_LENGTH))
        signed = base64.urlsafe_b64encode(facts.to_bytes() + signature).decode()
        return cls(code, signed.rstrip("="))

    @property
    def facts(self) -> Facts:
        raw = base64.urlsafe_b64decode(self.signed + "=" * (-len(self.signed) % 4))
        return Facts(*json.loads(raw[:-SIGNATURE_BYTES]))


def facts_of(event: RegistrationSaved, type_label: str, at: datetime, reference: str) -> Facts:
    """Return the facts of a paper of that type, dated `at`, of the candidature as this version of
    it says."""
    identity = event.identity
    return Facts(
        type=type_label,
        exam=event.exam.label,
        session=event.session.label,
        specialite=event.confirmation.specialite,
        date=to_paris(at).date().isoformat(),
        initials=f"{identity.prenoms[:1]}. {identity.nom_famille[:1]}.",
        birth_year=date.fromisoformat(identity.date_naissance).year,
        reference=hashlib.sha256(reference.encode()).hexdigest()[:16],
    )


def shown(code: str) -> str:
    """Write a code as people read it: « ABCD-EFGH-JKLM »."""
    return "-".join(code[start : start + 4] for start in range(0, CODE_LENGTH, 4))


def code_in(typed: str) -> str | None:
    """Return the code that was typed, whatever its case, blanks and hyphens; None for what is no
    code."""
    code = re.sub(r"[\s‐-—-]", "", typed).upper()
    return code if _TYPED_CODE.fullmatch(code) else None
