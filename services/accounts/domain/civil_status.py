"""Civil status (guide §3), read from a form. Places are stored in unaccented capitals as the guide
shows them. Communes merged long ago are in no list: a checkbox allows free text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from services.accounts.domain.form_reader import FormReader
from services.clock import full_years
from services.reference import communes
from services.reference.lists import FRANCE, departements, pays
from services.reference.text import capitals, words

CIVILITES = ("MONSIEUR", "MADAME")
NAME_LENGTH = 100
YOUNGEST = 10
OLDEST = 120
"""Ages in years between which a date of birth is plausible; no exam sets an age limit here."""

_TYPED_DATE = re.compile(
    r"(\d{1,2})\s*[/.\- ]\s*(\d{1,2})\s*[/.\- ]\s*(\d{4})|(\d{2})(\d{2})(\d{4})", re.ASCII
)
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_PUNCTUATION_IN_NAMES = frozenset(" '-.·")

PLACE_LENGTH = 100
_PUNCTUATION_IN_PLACES = frozenset(" '-./(),")


@dataclass(frozen=True)
class CivilStatus:
    """A person, as on their identity document; names keep their case and accents."""

    civilite: str
    nom_famille: str
    nom_usage: str | None
    prenoms: str
    date_naissance: date
    naissance: Birthplace

    @property
    def known_words(self) -> tuple[str, ...]:
        """Return the words that a password must not hold, for others know them."""
        return self.nom_famille, self.nom_usage or "", self.prenoms, str(self.date_naissance.year)


def read(reader: FormReader, today: date, *, has_confirmations: bool = True) -> CivilStatus | None:
    """Return the civil status typed, which is read first of its form; None, with the mistakes in
    `reader`, where something is wrong. Staff's form has no confirmations."""
    civilite = reader.text("civilite")
    if civilite not in CIVILITES:
        reader.add_mistake("civilite", "Choisissez votre civilité.")
    nom = reader.required_text("nom_famille", "votre nom de famille (nom de naissance)")
    _check_name(reader, "nom_famille", nom)
    if has_confirmations:
        again = reader.required_text(
            "nom_famille_confirmation", "une seconde fois votre nom de naissance"
        )
        if again and words(again) != words(nom):
            reader.add_mistake(
                "nom_famille_confirmation", "La confirmation diffère du nom de famille saisi."
            )
    usage = reader.text("nom_usage")
    _check_name(reader, "nom_usage", usage)
    typed_prenoms = reader.required_text("prenoms", "vos prénoms")
    prenoms = re.sub(r"[ ,]+", " ", typed_prenoms).strip() or typed_prenoms
    _check_name(reader, "prenoms", prenoms)
    birth_date = _read_date(reader, "date_naissance", "votre date de naissance")
    if birth_date is not None and not YOUNGEST <= full_years(birth_date, today) <= OLDEST:
        reader.add_mistake(
            "date_naissance", "Vérifiez la date de naissance : cette date n'est pas plausible."
        )
    if has_confirmations:
        _check_birth_date_confirmation(reader, birth_date)
    place = read_birthplace(reader)
    if birth_date is None or place is None or reader.has_mistakes:
        return None
    return CivilStatus(civilite, nom, usage or None, prenoms, birth_date, place)


def parsed_date(typed: str) -> date | None:
    """Return the day typed as 30/05/1998, with other separators or none, or as browsers fill it in
    (1998-05-30); None for what is no day."""
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


def _check_name(reader: FormReader, field: str, name: str) -> None:
    if not name:
        return
    if len(name) > NAME_LENGTH:
        reader.add_mistake(field, f"{NAME_LENGTH} caractères au maximum.")
    elif not any(c.isalpha() for c in name) or not all(
        c in _PUNCTUATION_IN_NAMES or unicodedata.category(c)[0] in "LM" for c in name
    ):
        reader.add_mistake(
            field, "Seuls les lettres, espaces, apostrophes, tirets et points sont acceptés."
        )
    else:
        reader.check_printable(field, name)


def _check_birth_date_confirmation(reader: FormReader, birth_date: date | None) -> None:
    field = "date_naissance_confirmation"
    confirmation = _read_date(reader, field, "une seconde fois votre date de naissance")
    if confirmation is not None and reader.text("date_naissance") and birth_date != confirmation:
        reader.add_mistake(field, "La confirmation diffère de la date de naissance saisie.")


def _read_date(reader: FormReader, field: str, what: str) -> date | None:
    typed = reader.required_text(field, what)
    if not typed:
        return None
    day = parsed_date(typed)
    if day is None:
        reader.add_mistake(
            field, "Saisissez une date qui existe, sous la forme jj/mm/aaaa. Exemple : 30/05/1998."
        )
    return day


@dataclass(frozen=True)
class Birthplace:
    """`pays` is a code (« 100 » is FRANCE), `departement` a code of three characters or None
    abroad."""

    pays: str
    departement: str | None
    commune: str
    hors_liste: bool = False
    """The commune was typed freely: no list has it."""


def read_birthplace(reader: FormReader) -> Birthplace | None:
    """Return the birthplace typed; None, with the mistakes in `reader`, where it is wrong. Fields
    that do not apply to the country are ignored."""
    country = pays.by_code(reader.text("pays_naissance"))
    if country is None:
        reader.add_mistake("pays_naissance", "Choisissez votre pays de naissance.")
        return None
    if country.is_france:
        return _in_france(reader)
    town = _free_place(reader, "ville_naissance", "votre ville de naissance")
    return Birthplace(country.code, None, town) if town is not None else None


def _in_france(reader: FormReader) -> Birthplace | None:
    departement = departements.by_code(reader.text("departement_naissance"))
    if departement is None:
        reader.add_mistake(
            "departement_naissance", "Choisissez votre département, DOM ou COM de naissance."
        )
    if hors_liste := reader.is_ticked("commune_hors_liste"):
        commune = _free_place(reader, "commune_naissance_libre", "votre commune de naissance")
    else:
        commune = _listed_commune(reader, departement.code if departement else None)
    if departement is None or commune is None:
        return None
    return Birthplace(FRANCE, departement.code, commune, hors_liste)


def _listed_commune(reader: FormReader, departement: str | None) -> str | None:
    typed = reader.text("commune_naissance") or reader.text("commune_naissance-texte")
    if not typed:
        reader.add_mistake("commune_naissance", "Saisissez votre commune de naissance.")
    if not typed or departement is None:
        return None
    commune = communes.exact(departement, typed)
    if commune is None:
        reader.add_mistake(
            "commune_naissance",
            "Choisissez une commune proposée pour ce département, ou cochez « Ma commune n'est pas "
            "dans la liste ».",
        )
        return None
    return commune.label


def _free_place(reader: FormReader, field: str, what: str) -> str | None:
    place = capitals(reader.required_text(field, what))
    if not place:
        return None
    if len(place) > PLACE_LENGTH:
        reader.add_mistake(field, f"{PLACE_LENGTH} caractères au maximum.")
    elif not all(c in _PUNCTUATION_IN_PLACES or c.isalnum() for c in place) or not any(
        c.isalpha() for c in place
    ):
        reader.add_mistake(
            field, "Seuls les lettres, chiffres, espaces, apostrophes et tirets sont acceptés."
        )
    else:
        reader.check_printable(field, place)
    return None if reader.has_mistake(field) else place
