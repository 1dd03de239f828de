"""The address on « Identification »: its fields, the check of the postal code, how documents print
it.

A postal code proposes communes and never blocks: CEDEX codes are in no list of communes.
"""

from functools import cache

from services.reference import academies, communes
from services.reference.lists import FRANCE, pays
from services.reference.text import capitals, folded
from services.registrations.domain.forms import (
    FORMATS,
    Field,
    FieldError,
    Option,
    Section,
    TabAnswers,
    error,
    select,
)

FRANCE_HERE = "FRANCE"  # as the form's list says it; documents say FRANCE (DONT OUTRE-MER)
_LINES = ("adresse", "complement_1", "complement_2", "complement_3")


def section(typed: TabAnswers) -> Section:
    is_french = in_france(typed)
    postal_code = Field(
        "code_postal",
        "Code postal",
        required=is_french,
        hint="Exemple : 35000",
        autocomplete="postal-code",
        inputmode="numeric" if is_french else None,
    )
    town = Field(  # free text, with the communes of the postal code as proposals
        "localite",
        "Localité",
        required=True,
        options=search(typed, "", limit=30) if is_french else (),
        autocomplete="address-level2",
        search="localite",
    )
    fields = (
        _country(),
        Field("adresse", "Numéro, rue, voie", required=True, autocomplete="address-line1"),
        Field("complement_1", "Complément adresse 1", autocomplete="address-line2"),
        Field("complement_2", "Complément adresse 2", autocomplete="address-line3"),
        Field("complement_3", "Complément adresse 3"),
        postal_code,
        town,
    )
    return Section("Adresse", fields)


def check(typed: TabAnswers) -> tuple[FieldError, ...]:
    code = _code(typed)
    if not code or not in_france(typed) or FORMATS["code_postal"].fits(code):
        return ()
    return (error("code_postal", f"Code postal : saisissez {FORMATS['code_postal'].expected}."),)


def search(typed: TabAnswers, words: str, limit: int, academie: str = "") -> tuple[Option, ...]:
    """Communes for a postal code, or those of the postal code already typed whose name begins with
    `words`; of the académie while no known one is typed."""
    if words.strip()[:1].isdigit():
        matching = communes.by_postal_code(words)
    elif matching := communes.by_postal_code(typed.text("code_postal")):
        matching = tuple(
            commune for commune in matching if folded(commune.name).startswith(folded(words))
        )
    else:
        place = academies.by_code(academie) if words.strip() else None
        codes = place.departements if place else ()
        matching = tuple(
            commune for code in codes for commune in communes.search(code, words, limit)
        )
    labels = dict.fromkeys(commune.label for commune in matching)
    return tuple(Option(label, label) for label in labels)[: max(limit, 0)]


def departement(typed: TabAnswers) -> str | None:
    """The département of residence (three characters) from a French postal code; None if it is
    unknown."""
    code = _code(typed)
    if not in_france(typed) or not FORMATS["code_postal"].fits(code):
        return None
    if served := communes.by_postal_code(code):
        return served[0].departement
    if code.startswith(("97", "98")):
        return code[:3]
    if code.startswith("20"):
        return "02A" if code < "20200" else "02B"
    return f"0{code[:2]}"


def other_academie(typed: TabAnswers, code: str) -> academies.Academie | None:
    """The académie of residence, where it is certainly another than that of this code: a postal
    code may serve several départements; a CEDEX and addresses abroad are in no list, and some
    places overseas have no académie."""
    served = communes.by_postal_code(_code(typed)) if in_france(typed) else ()
    named = [
        commune for commune in served if folded(commune.name) == folded(typed.text("localite"))
    ]
    found = [academies.of_departement(commune.departement) for commune in named or served]
    return found[0] if found and all(each and each.code != code for each in found) else None


def in_france(typed: TabAnswers) -> bool:
    return typed.text("pays") in ("", FRANCE)


def postal_lines(typed: TabAnswers) -> tuple[str, ...]:
    """The lines under the name on an envelope: « 1 rue du port », « 25000 BESANCON », the country
    if abroad."""
    lines = [typed.text(name) for name in _LINES]
    lines.append(f"{_code(typed)} {capitals(typed.text('localite'))}".strip())
    if not in_france(typed):
        lines.append(country_label(typed))
    return tuple(line for line in lines if line)


def country_label(typed: TabAnswers) -> str:
    country = pays.by_code(typed.text("pays") or FRANCE)
    return country.label if country else ""


def one_line(typed: TabAnswers) -> str:
    """« 1 rue du port 25000 BESANCON FRANCE (DONT OUTRE-MER) »; empty while nothing is typed."""
    lines = postal_lines(typed)
    return " ".join((*lines, country_label(typed)) if lines and in_france(typed) else lines)


def _code(typed: TabAnswers) -> str:
    """The postal code; a French one without spaces."""
    code = typed.text("code_postal")
    return code.replace(" ", "") if in_france(typed) else code


@cache
def _country() -> Field:
    options = (
        Option(country.code, FRANCE_HERE if country.is_france else country.label)
        for country in pays.proposed()
    )
    return select(
        "pays",
        "Pays",
        tuple(options),
        value=FRANCE,
        placeholder=None,
        autocomplete="country",
        refresh=True,
    )
