"""Place of birth (guide §3): in France a département and one of its communes, abroad a country and a town.

Stored in unaccented capitals as the guide shows it. Communes merged long ago are in no list: a checkbox allows free
text.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.accounts.domain.form_reader import FormReader
from services.reference import communes
from services.reference.lists import FRANCE, departements, pays
from services.reference.text import capitals

PLACE_LENGTH = 100
_PUNCTUATION_IN_PLACES = frozenset(" '-./(),")


@dataclass(frozen=True)
class Birthplace:
    """`pays` is a code (« 100 » is FRANCE), `departement` a code of three characters or None abroad."""

    pays: str
    departement: str | None
    commune: str
    hors_liste: bool = False
    """The commune was typed freely: no list has it."""


def read(reader: FormReader) -> Birthplace | None:
    """The birthplace typed; None, with the mistakes in `reader`, where it is wrong. Fields that do not apply to the
    country are ignored."""
    country = pays.by_code(reader.text("pays_naissance"))
    if country is None:
        reader.add_mistake("pays_naissance", "Choisissez votre pays de naissance.")
        return None
    return _in_france(reader) if country.is_france else _abroad(reader, country.code)


def _in_france(reader: FormReader) -> Birthplace | None:
    departement = departements.by_code(reader.text("departement_naissance"))
    if departement is None:
        reader.add_mistake("departement_naissance", "Choisissez votre département, DOM ou COM de naissance.")
    if reader.is_ticked("commune_hors_liste"):
        commune = _free_place(reader, "commune_naissance_libre", "votre commune de naissance")
        hors_liste = True
    else:
        commune = _listed_commune(reader, departement.code if departement else None)
        hors_liste = False
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
            "Choisissez une commune proposée pour ce département, ou cochez « Ma commune n'est pas dans la liste ».",
        )
        return None
    return commune.label


def _abroad(reader: FormReader, country: str) -> Birthplace | None:
    town = _free_place(reader, "ville_naissance", "votre ville de naissance")
    return Birthplace(country, None, town) if town is not None else None


def _free_place(reader: FormReader, field: str, what: str) -> str | None:
    place = capitals(reader.required_text(field, what))
    if not place:
        return None
    if len(place) > PLACE_LENGTH:
        reader.add_mistake(field, f"{PLACE_LENGTH} caractères au maximum.")
    elif not all(c in _PUNCTUATION_IN_PLACES or c.isalnum() for c in place) or not any(c.isalpha() for c in place):
        reader.add_mistake(field, "Seuls les lettres, chiffres, espaces, apostrophes et tirets sont acceptés.")
    else:
        reader.check_printable(field, place)
    return None if reader.has_mistake(field) else place
