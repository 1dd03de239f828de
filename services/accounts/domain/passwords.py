"""What a password must be, by profile: the guide's rule, or length alone. Common ones are refused
by both.

« guide »: short, with lower case, upper case and special character (guide §3), safe only because
tries are throttled and what others know of its owner is refused. « recommended »: longer, no
classes (CNIL and ANSSI advice); staff always have it.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from services.accounts.domain.form_reader import FormReader
from services.reference.text import capitals


@dataclass(frozen=True)
class Profile:
    """`shortest` and `longest` in characters; `classes`: lower case, upper case and special
    character are required; `advice` ends the hint beside the field."""

    name: str
    shortest: int
    longest: int
    classes: bool
    advice: str

    @property
    def hint(self) -> str:
        return f"{self.shortest} à {self.longest} caractères{self.advice}"


GUIDE = Profile(
    "guide",
    8,
    20,
    True,
    " dont majuscule, minuscule et caractère spécial (exemple : . / ! * etc...) ; sans vos noms et "
    "prénoms, votre année de naissance ni un mot de l'examen",
)
RECOMMENDED = Profile(
    "recommended", 12, 128, False, " ; une phrase convient, un mot de passe courant est refusé"
)
PROFILES = {profile.name: profile for profile in (GUIDE, RECOMMENDED)}


_AROUND_A_WORD = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_WORDS = re.compile(r"[^\W\d_]+|\d+")
_EXAM = (
    "examen",
    "BTS",
    "concours",
    "diplôme",
    "baccalauréat",
    "candidat",
    "inscription",
    "cyclades",
    "portail",
)
_SHORTEST_WITHIN = 5  # characters: a shorter name is part of many words
_KNOWN = (
    "Il ne doit contenir ni vos noms et prénoms, ni votre année de naissance, ni un mot de "
    "l'examen."
)
_TOO_COMMON = (
    "Ce mot de passe est trop courant : il serait parmi les premiers essayés. "
    "Ajouter des chiffres ou un signe à un mot courant ne suffit pas."
)


def normalised(password: str) -> str:
    """Return the password in Unicode NFC, so that é typed on two keyboards is the same; nothing
    else is changed."""
    return unicodedata.normalize("NFC", password)


def mistakes(password: str, profile: Profile, known: Iterable[str] = ()) -> list[str]:
    """Return a sentence for every rule of `profile` that the password breaks. `known`: what others
    know of its owner, names and birth year."""
    password = normalised(password)
    if any(unicodedata.category(character) == "Cs" for character in password):
        return ["Il comporte un caractère qui n'existe pas."]
    broken_rules = []
    if not profile.shortest <= len(password) <= profile.longest:
        broken_rules.append(
            f"Il doit comporter de {profile.shortest} à {profile.longest} caractères."
        )
    if profile.classes:
        broken_rules += _missing_classes(password)
        broken_rules += [_KNOWN] if _holds_a_word(password, (*_EXAM, *known)) else []
    if not broken_rules and (
        _is_common(password) or (not profile.classes and _is_monotonous(password))
    ):
        broken_rules.append(_TOO_COMMON)
    return broken_rules


def read_confirmed(reader: FormReader, profile: Profile, known: Iterable[str] = ()) -> str:
    """Return the password typed twice, normalised; its mistakes are in `reader`. `known` as in
    `mistakes`."""
    password = reader.raw("password")
    confirmation = reader.raw("password_confirmation")
    if not password:
        reader.add_mistake("password", "Saisissez un mot de passe.")
    elif broken_rules := mistakes(password, profile, known):
        reader.add_mistake("password", " ".join(broken_rules))
    if not confirmation:
        reader.add_mistake("password_confirmation", "Saisissez une seconde fois le mot de passe.")
    elif normalised(confirmation) != normalised(password):
        reader.add_mistake(
            "password_confirmation", "La confirmation diffère du mot de passe saisi."
        )
    return normalised(password)


def _missing_classes(password: str) -> list[str]:
    classes = {
        "une minuscule": str.islower,
        "une majuscule": str.isupper,
        "un caractère spécial (exemple : . / ! *)": lambda c: not c.isalnum() and not c.isspace(),
    }
    return [
        f"Il doit comporter {name}." for name, has in classes.items() if not any(map(has, password))
    ]


def _holds_a_word(password: str, texts: Iterable[str]) -> bool:
    """Tell whether the password holds a word or a number of `texts`, accents and case aside; a
    short one must stand alone."""
    typed = capitals(password)
    alone = set(_WORDS.findall(typed))
    words = {word for text in texts for word in _WORDS.findall(capitals(text))}
    return any(word in alone or (len(word) >= _SHORTEST_WITHIN and word in typed) for word in words)


def _is_common(password: str) -> bool:
    """Tell whether the password is listed, is one listed word with digits and signs around it («
    Soleil2022! »), or one that is repeated."""
    lowered = password.casefold()
    half = lowered[: len(lowered) // 2]
    repeated = half if half * 2 == lowered else lowered
    words = (_AROUND_A_WORD.sub("", text) for text in (lowered, repeated))
    return not {lowered, *words}.isdisjoint(_common_passwords())


def _is_monotonous(password: str) -> bool:
    """Tell whether the password is a few characters over and over: what asks for no classes of
    characters must ask for this."""
    return len(set(password.casefold())) < 5


@cache
def _common_passwords() -> frozenset[str]:
    lines = (
        (Path(__file__).parent / "common_passwords.txt").read_text(encoding="utf-8").splitlines()
    )
    return frozenset(line for line in lines if line and not line.startswith("#"))
