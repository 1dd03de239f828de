"""Which units may be kept: bénéfices (K6), reports (K7), dispenses (K8). A refused unit gets all
its reasons."""

from collections.abc import Iterator

from services.registrations.domain.acquis import PASS_MARK, Box, DeclaredBox, KeptUnit, field
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.epreuve_positions import BENEFICE, DISPENSE, PROGRESSIVE, REPORT
from services.registrations.domain.epreuve_structure import FACULTATIVE, Role, structure_of
from services.registrations.domain.exam_definition import (
    ANY_COMMON_UNIT,
    COMMON_UNIT_TAG,
    DISPENSE_TAG,
    DISPENSE_WITH_LAW_UNIT_TAG,
    PROFESSIONAL_TAG,
    Epreuve,
    Item,
)
from services.registrations.domain.forms import FieldError, error
from services.registrations.domain.rules.registry import ERROR, in_force, rule


@rule("K6", tab="acquis")
def benefice(dossier: Dossier, *, years: int) -> Iterator[FieldError]:
    """A mark of 10 or more is kept `years` years, on a unit; from another BTS, on common units
    only.

    Source: D643-15, D643-23; counting by sessions and the limit to common units are inferred.
    """
    for box, unit, epreuve in _units(dossier, BENEFICE):
        yield from _unit_errors(dossier, unit, epreuve)
        if unit.mark is None:
            wrong = f"{epreuve.code} : la note est un nombre de 0 à 20, par exemple 12,5."
            missing = f"{epreuve.code} : indiquez la note obtenue pour conserver cette épreuve."
            yield _mark_error(unit, wrong if unit.mark_typed else missing)
        yield from _origin_errors(dossier, box, unit, epreuve, years)


@rule("K7", tab="acquis")
def report(dossier: Dossier, *, years: int) -> Iterator[FieldError]:
    """A mark below 10 is carried over in the progressive form only, for the same `years`. Source:
    D643-23 al. 3."""
    refusal = (
        f"une note inférieure à {PASS_MARK} ne peut être reportée que sous la forme progressive"
    )
    for box, unit, epreuve in _units(dossier, REPORT):
        yield from _unit_errors(dossier, unit, epreuve)
        if dossier.formes.final != PROGRESSIVE:
            yield _mark_error(
                unit, f"{epreuve.code} : {refusal} ; décochez l'épreuve pour la repasser."
            )
        yield from _origin_errors(dossier, box, unit, epreuve, years)


@rule("K8", tab="acquis")
def dispense(dossier: Dossier, *, never: str = PROFESSIONAL_TAG) -> Iterator[FieldError]:
    """Another diploma dispenses of what its title's tags say, never of épreuves tagged `never`; a
    VAE of any unit.

    Source: arrêté of 24/06/2005, art. 1 and 2; D643-18 for the VAE.
    """
    for box, unit, epreuve in _units(dossier, DISPENSE):
        yield from _unit_errors(dossier, unit, epreuve)
        if box.box is not Box.DIPLOME:
            continue
        if never in epreuve.tags:
            yield _keep_error(
                unit, f"{epreuve.code} : une épreuve professionnelle ne peut pas être dispensée."
            )
        elif not _title_dispenses(box, epreuve, dossier.session.year):
            title = f"« {box.title.label} »" if box.title else "ce diplôme"
            yield _keep_error(
                unit, f"{epreuve.code} : {title} ne donne pas droit à cette dispense."
            )
        if box.year is not None and box.year > dossier.session.year:
            yield error(field(box.box, "annee"), "Année : elle doit précéder la session présentée.")


@rule("K6", tab="acquis")
def unit_kept_once(dossier: Dossier) -> Iterator[FieldError]:
    """A unit is kept in one box only, as it has one position. Follows from D643-15 and D643-17."""
    seen: set[str] = set()
    for unit in (unit for box in dossier.acquis for unit in box.kept_units):
        if unit.code in seen:
            yield _keep_error(
                unit,
                f"{unit.code} : cette épreuve est déjà conservée plus haut ; décochez-la ici.",
            )
        seen.add(unit.code)


def is_dispensed_by_title(dossier: Dossier, box: DeclaredBox, epreuve: Epreuve) -> bool:
    """Whether the form offers this dispense: not what the rule `dispense` would refuse."""
    uses = in_force(dossier.exam.rules, dossier.session.year, ERROR)
    parameters = next((use.parameters for use in uses if use.name == dispense.__name__), {})
    never = parameters.get("never", PROFESSIONAL_TAG)
    return never not in epreuve.tags and _title_dispenses(box, epreuve, dossier.session.year)


def opens_common_units(title: Item | None) -> bool:
    """Whether a title dispenses of the units that its spécialité shares with others."""
    return title is not None and f"{DISPENSE_TAG}{ANY_COMMON_UNIT}" in title.tags


def is_common_with(other: DeclaredBox, epreuve: Epreuve, session_year: int) -> bool:
    """Whether the other spécialité has the same unit: both épreuves bear one « commune:… » tag."""
    other_epreuves = structure_of(other.specialite, other.year or session_year).epreuves
    other_epreuves = other_epreuves or structure_of(other.specialite, session_year).epreuves
    shared = {
        tag for epreuve in other_epreuves for tag in epreuve.tags if tag.startswith(COMMON_UNIT_TAG)
    }
    return any(tag in shared for tag in epreuve.tags)


def _title_dispenses(box: DeclaredBox, epreuve: Epreuve, session_year: int) -> bool:
    if box.title is None:
        return False
    names = {epreuve.code, *epreuve.tags}
    if is_common_with(box, epreuve, session_year):
        names.add(ANY_COMMON_UNIT)
    prefixes = (DISPENSE_TAG, DISPENSE_WITH_LAW_UNIT_TAG) if box.law_unit else (DISPENSE_TAG,)
    opened = {
        tag.removeprefix(prefix)
        for tag in box.title.tags
        for prefix in prefixes
        if tag.startswith(prefix)
    }
    return bool(names & opened)


def _units(dossier: Dossier, position: str) -> Iterator[tuple[DeclaredBox, KeptUnit, Epreuve]]:
    for box in dossier.acquis:
        for unit in box.kept_units:
            if (epreuve := dossier.structure.epreuve(unit.code)) and unit.position == position:
                yield box, unit, epreuve


def _unit_errors(dossier: Dossier, unit: KeptUnit, epreuve: Epreuve) -> Iterator[FieldError]:
    if epreuve.kind == FACULTATIVE:
        yield _keep_error(unit, f"{epreuve.code} : une épreuve facultative ne se conserve pas.")
    elif dossier.structure.role(epreuve) is Role.MAITRESSE:
        children = ", ".join(child.code for child in dossier.structure.children(epreuve.code))
        yield _keep_error(
            unit,
            f"{epreuve.code} : cette épreuve n'est pas une unité ; choisissez parmi {children}.",
        )
    elif not epreuve.unit:
        yield _keep_error(
            unit,
            f"{epreuve.code} : cette épreuve ne porte pas d'unité et ne peut pas être conservée.",
        )


def _origin_errors(
    dossier: Dossier, box: DeclaredBox, unit: KeptUnit, epreuve: Epreuve, years: int
) -> Iterator[FieldError]:
    """Of the year in which a mark was obtained (where it is missing the tab asks for it), and of
    the other BTS."""
    if unit.year is not None and unit.year >= dossier.session.year:
        yield _keep_error(
            unit, f"{epreuve.code} : une note s'obtient avant la session {dossier.session.year}."
        )
    elif unit.year is not None and dossier.session.year - unit.year > years:
        text = (
            f"{epreuve.code} : une note se conserve {years} ans ; celle de {unit.year} n'est plus "
            "valable."
        )
        yield _keep_error(unit, text)
    if (
        box.box is Box.AUTRE
        and box.specialite
        and not is_common_with(box, epreuve, dossier.session.year)
    ):
        yield _keep_error(
            unit,
            f"{epreuve.code} : cette unité n'est pas commune avec « {box.specialite.label} ».",
        )


def _mark_error(unit: KeptUnit, detail: str) -> FieldError:
    return error(field(unit.box, "note", unit.code), detail)


def _keep_error(unit: KeptUnit, detail: str) -> FieldError:
    return error(field(unit.box, "garder", unit.code), detail)
