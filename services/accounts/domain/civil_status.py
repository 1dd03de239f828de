"""Civil status as typed (guide §3): civilité, names, date of birth, each with its confirmation."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from services.accounts.domain import birthplace
from services.accounts.domain.birthplace import Birthplace
from services.accounts.domain.reading import Reading

CIVILITES = ("MONSIEUR", "MADAME")
NAME_LENGTH = 100
YOUNGEST, OLDEST = 10, 120
"""Ages in years between which a date of birth is plausible; exams have no age of their own here."""

_TYPED_DATE = re.compile(r"(\d{1,2})\s*[/.\- ]\s*(\d{1,2})\s*[/.\- ]\s*(\d{4})|(\d{2})(\d{2})(\d{4})", re.ASCII)
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_IN_NAMES = frozenset(" '-.·")


@dataclass(frozen=True)
class CivilStatus:
    """Who someone is, as on the identity document; names keep their case and accents."""

    civilite: str
    nom_famille: str
    nom_usage: str | None
    prenoms: str
    date_naissance: date
    naissance: Birthplace


def read(reading: Reading, today: date) -> CivilStatus | None:
    """The civil status typed; None, with mistakes kept in `reading`, where something is missing or wrong."""
    civilite = reading.text("civilite")
    if civilite not in CIVILITES:
        reading.refuse("civilite", "Choisissez votre civilité.")
    nom = _confirmed_name(reading)
    usage = reading.text("nom_usage")
    _check_name(reading, "nom_usage", usage)
    prenoms = reading.required("prenoms", "vos prénoms")
    _check_name(reading, "prenoms", prenoms)
    born = _confirmed_date(reading, today)
    place = birthplace.read(reading)
    names = ("civilite", "nom_famille", "nom_famille_confirmation", "nom_usage", "prenoms")
    if born is None or place is None or any(reading.refused(name) for name in names):
        return None
    return CivilStatus(civilite, nom, usage or None, prenoms, born, place)


def parsed_date(typed: str) -> date | None:
    """The day typed as 30/05/1998, with other separators or none, or as browsers fill it in (1998-05-30)."""
    if match := _TYPED_DATE.fullmatch(typed):
        day, month, year = (int(group) for group in match.groups() if group is not None)
    elif match := _ISO_DATE.fullmatch(typed):
        year, month, day = map(int, match.groups())
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _confirmed_name(reading: Reading) -> str:
    nom = reading.required("nom_famille", "votre nom de famille (nom de naissance)")
    _check_name(reading, "nom_famille", nom)
    confirmation = reading.required("nom_famille_confirmation", "une seconde fois votre nom de naissance")
    if confirmation and confirmation != nom:
        reading.refuse("nom_famille_confirmation", "La confirmation diffère du nom de famille saisi.")
    return nom


def _check_name(reading: Reading, field: str, name: str) -> None:
    if not name:
        return
    if len(name) > NAME_LENGTH:
        reading.refuse(field, f"{NAME_LENGTH} caractères au maximum.")
    elif not all(_may_be_in_a_name(character) for character in name) or not any(c.isalpha() for c in name):
        reading.refuse(field, "Seuls les lettres, espaces, apostrophes, tirets et points sont acceptés.")
    else:
        reading.check_printable(field, name)


def _may_be_in_a_name(character: str) -> bool:
    return character in _IN_NAMES or unicodedata.category(character)[0] in "LM"


def _confirmed_date(reading: Reading, today: date) -> date | None:
    field, confirmation = "date_naissance", "date_naissance_confirmation"
    born = _read_date(reading, field, "votre date de naissance")
    again = _read_date(reading, confirmation, "une seconde fois votre date de naissance")
    if born is not None and not _is_plausible(born, today):
        reading.refuse(field, "Vérifiez la date de naissance : cette date n'est pas plausible.")
    if again is not None and reading.text(field) and born != again:
        reading.refuse(confirmation, "La confirmation diffère de la date de naissance saisie.")
    return None if reading.refused(field) or reading.refused(confirmation) else born


def _read_date(reading: Reading, field: str, what: str) -> date | None:
    typed = reading.required(field, what)
    if not typed:
        return None
    day = parsed_date(typed)
    if day is None:
        reading.refuse(field, "Saisissez une date qui existe, sous la forme jj/mm/aaaa. Exemple : 30/05/1998.")
    return day


def _is_plausible(born: date, today: date) -> bool:
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return YOUNGEST <= age <= OLDEST
