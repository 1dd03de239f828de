"""What a password must be, by profile: the guide's rule, or length alone. Common ones are refused by both.

« guide »: 8 to 20 characters with lower case, upper case and special character (guide §3), enough only because tries
are slowed. « recommended »: 12 to 128 characters, no classes (CNIL and ANSSI advice).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from services.accounts.domain.reading import Reading


@dataclass(frozen=True)
class Profile:
    """Bounds in characters; `rules` are shown beside the field, `hint` is the guide's line."""

    name: str
    shortest: int
    longest: int
    classes: bool
    hint: str


GUIDE = Profile(
    "guide",
    8,
    20,
    True,
    "8 à 20 caractères dont majuscule, minuscule et caractère spécial (exemple : . / ! * etc...)",
)
RECOMMENDED = Profile(
    "recommended",
    12,
    128,
    False,
    "12 à 128 caractères ; une phrase convient, un mot de passe courant est refusé",
)
PROFILES = {profile.name: profile for profile in (GUIDE, RECOMMENDED)}


_AROUND_A_WORD = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_TOO_COMMON = (
    "Ce mot de passe est trop courant : il serait parmi les premiers essayés. "
    "Ajouter des chiffres ou un signe à un mot courant ne suffit pas."
)


def normalised(password: str) -> str:
    """The password in one encoding, so that é typed on two keyboards is the same; nothing else is changed."""
    return unicodedata.normalize("NFC", password)


def mistakes(password: str, profile: Profile) -> list[str]:
    """A sentence for every rule of `profile` that the password breaks; empty if it is accepted."""
    password = normalised(password)
    if any(unicodedata.category(character) == "Cs" for character in password):
        return ["Il comporte un caractère qui n'existe pas."]
    found = []
    if not profile.shortest <= len(password) <= profile.longest:
        found.append(f"Il doit comporter de {profile.shortest} à {profile.longest} caractères.")
    if profile.classes:
        found += _missing_classes(password)
    if not found and (_is_common(password) or (not profile.classes and _is_monotonous(password))):
        found.append(_TOO_COMMON)
    return found


def read_confirmed(reading: Reading, profile: Profile) -> str | None:
    """The password typed twice, normalised; None with the mistakes kept."""
    password, confirmation = reading.raw("password"), reading.raw("password_confirmation")
    if not password:
        reading.refuse("password", "Saisissez un mot de passe.")
    elif found := mistakes(password, profile):
        reading.refuse("password", " ".join(found))
    if not confirmation:
        reading.refuse("password_confirmation", "Saisissez une seconde fois le mot de passe.")
    elif normalised(confirmation) != normalised(password):
        reading.refuse("password_confirmation", "La confirmation diffère du mot de passe saisi.")
    if reading.refused("password") or reading.refused("password_confirmation"):
        return None
    return normalised(password)


def _missing_classes(password: str) -> list[str]:
    found = []
    if not any(c.islower() for c in password):
        found.append("Il doit comporter une minuscule.")
    if not any(c.isupper() for c in password):
        found.append("Il doit comporter une majuscule.")
    if not any(not c.isalnum() and not c.isspace() for c in password):
        found.append("Il doit comporter un caractère spécial (exemple : . / ! *).")
    return found


def _is_common(password: str) -> bool:
    """Listed, one listed word with digits and signs around it (« Soleil2022! »), or one repeated."""
    lowered = password.casefold()
    half = lowered[: len(lowered) // 2]
    repeated = half if half * 2 == lowered else lowered
    return not {lowered, _word_in(lowered), _word_in(repeated)}.isdisjoint(_common_passwords())


def _word_in(lowered: str) -> str:
    return _AROUND_A_WORD.sub("", lowered)


def _is_monotonous(password: str) -> bool:
    """A few characters over and over: what asks for no classes of characters must ask for this."""
    return len(set(password.casefold())) < 5


@cache
def _common_passwords() -> frozenset[str]:
    lines = (Path(__file__).parent / "common_passwords.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
