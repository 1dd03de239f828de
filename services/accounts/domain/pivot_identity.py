"""The pivot identity of FranceConnect as values of the account's form: what it certifies is not
typed."""

from collections.abc import Mapping

from services.accounts.domain.civil_status import CivilStatus, parsed_date
from services.reference import communes
from services.reference.lists import FRANCE, departements, pays
from services.reference.text import folded

CIVILITES = {"male": "MONSIEUR", "female": "MADAME"}
CONFIRMED = ("nom_famille", "date_naissance")
"""Fields of the form that are typed twice."""
_COUNTRY = "99"
"""INSEE's codes of countries begin so; what follows is the code of the Éducation nationale."""


def certified_values(claims: Mapping[str, object]) -> dict[str, str]:
    """Return the values of the fields that these claims fill, their confirmations too. What is
    missing or unknown to our lists (a town abroad, a former commune) is left to be typed."""
    names = {
        "nom_famille": "family_name",
        "nom_usage": "preferred_username",
        "prenoms": "given_name",
    }
    values = {field: _text(claims, claim) for field, claim in names.items()}
    if folded(values["nom_usage"]) == folded(values["nom_famille"]):
        del values["nom_usage"]
    values["civilite"] = CIVILITES.get(_text(claims, "gender"), "")
    if birth_date := parsed_date(_text(claims, "birthdate")):
        values["date_naissance"] = f"{birth_date:%d/%m/%Y}"
    values |= _birthplace(_text(claims, "birthcountry"), _text(claims, "birthplace"))
    values = {field: value for field, value in values.items() if value}
    return values | {
        f"{field}_confirmation": values[field] for field in CONFIRMED if field in values
    }


def is_of(claims: Mapping[str, object], status: CivilStatus) -> bool:
    """Tell whether a civil status is this identity's: birth name, first given name and birth date
    are the same."""
    first = [
        folded(prenoms).partition(" ")[0]
        for prenoms in (_text(claims, "given_name"), status.prenoms)
    ]
    names = [folded(nom) for nom in (_text(claims, "family_name"), status.nom_famille)]
    days = [parsed_date(_text(claims, "birthdate")), status.date_naissance]
    return all(one == other for one, other in (first, names, days))


def _birthplace(country: str, place: str) -> dict[str, str]:
    known = pays.by_code(country.removeprefix(_COUNTRY)) if country.startswith(_COUNTRY) else None
    if known is None:
        return {}
    departement = next((each for each in departements.all() if place.startswith(each.insee)), None)
    if known.code != FRANCE or departement is None:
        return {"pays_naissance": known.code}
    values = {"pays_naissance": known.code, "departement_naissance": departement.code}
    born_in = [
        commune for commune in communes.of_departement(departement.code) if commune.insee == place
    ]
    current = sorted(born_in, key=lambda commune: list(communes.Kind).index(commune.kind))
    return {**values, "commune_naissance": current[0].label} if current else values


def _text(claims: Mapping[str, object], name: str) -> str:
    value = claims.get(name)
    return value.strip() if isinstance(value, str) else ""
