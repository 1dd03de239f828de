"""Place of birth (guide §3): in France a département and one of its communes, abroad a country and a town.

Kept in unaccented capitals as the guide shows it. Communes merged long ago are in no list: a box opens free text.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.accounts.domain.reading import Reading
from services.reference import communes, departements, pays
from services.reference.text import capitals

PLACE_LENGTH = 100
_IN_PLACES = frozenset(" '-./(),")


@dataclass(frozen=True)
class Birthplace:
    """`pays` is a code (« 100 » is FRANCE), `departement` a code of three characters or None abroad."""

    pays: str
    departement: str | None
    commune: str
    hors_liste: bool = False
    """The commune was typed freely: no list has it."""


def read(reading: Reading) -> Birthplace | None:
    """The birthplace typed; None with the mistakes kept. Fields that the country makes idle are ignored."""
    country = pays.by_code(reading.text("pays_naissance"))
    if country is None:
        reading.refuse("pays_naissance", "Choisissez votre pays de naissance.")
        return None
    return _in_france(reading) if country.is_france else _abroad(reading, country.code)


def _in_france(reading: Reading) -> Birthplace | None:
    departement = departements.by_code(reading.text("departement_naissance"))
    if departement is None:
        reading.refuse("departement_naissance", "Choisissez votre département, DOM ou COM de naissance.")
    if reading.ticked("commune_hors_liste"):
        commune = _free_place(reading, "commune_naissance_libre", "votre commune de naissance")
        hors_liste = True
    else:
        commune = _listed(reading, departement.code if departement else None)
        hors_liste = False
    if departement is None or commune is None:
        return None
    return Birthplace(pays.FRANCE, departement.code, commune, hors_liste)


def _listed(reading: Reading, departement: str | None) -> str | None:
    typed = reading.text("commune_naissance") or reading.text("commune_naissance-texte")
    if not typed:
        reading.refuse("commune_naissance", "Saisissez votre commune de naissance.")
    if not typed or departement is None:
        return None
    commune = communes.exact(departement, typed)
    if commune is None:
        reading.refuse(
            "commune_naissance",
            "Choisissez une commune proposée pour ce département, ou cochez « Ma commune n'est pas dans la liste ».",
        )
        return None
    return commune.label


def _abroad(reading: Reading, country: str) -> Birthplace | None:
    town = _free_place(reading, "ville_naissance", "votre ville de naissance")
    return Birthplace(country, None, town) if town is not None else None


def _free_place(reading: Reading, field: str, what: str) -> str | None:
    place = capitals(reading.required(field, what))
    if not place:
        return None
    if len(place) > PLACE_LENGTH:
        reading.refuse(field, f"{PLACE_LENGTH} caractères au maximum.")
    elif not all(c in _IN_PLACES or c.isalnum() for c in place) or not any(c.isalpha() for c in place):
        reading.refuse(field, "Seuls les lettres, chiffres, espaces, apostrophes et tirets sont acceptés.")
    else:
        reading.check_printable(field, place)
    return None if reading.refused(field) else place
