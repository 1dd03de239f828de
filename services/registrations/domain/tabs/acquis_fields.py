"""The fields of an open box of « Acquis »: year and académie, diploma, then the units that may be kept."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from services.reference import academies
from services.registrations.domain.acquis import (
    ORIGIN_PARTS,
    PASS_MARK,
    PROPOSED,
    SHOWN,
    TITLES,
    Box,
    DeclaredBox,
    field,
    is_shown_as_kept,
)
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.exam_definition import DISPENSE_WITH_LAW_UNIT_TAG, Epreuve, Exam
from services.registrations.domain.forms import MAX_PROPOSALS, Field, Option
from services.registrations.domain.rules.acquis import is_common_with, is_dispensed_by_title, opens_common_units
from services.registrations.domain.tab_answers import OUI
from services.registrations.domain.tabs.form_fields import SELECT, notice, yes_no
from services.registrations.domain.tabs.specialites import matching, specialite_label

PARTS = (*ORIGIN_PARTS, SHOWN, PROPOSED)
PARTS_OF_UNITS = ("note", "garder")
NOTHING_TO_KEEP = "Aucune épreuve de votre spécialité ne peut être conservée à ce titre."
TOO_LOW = f"Une note inférieure à {PASS_MARK} ne se conserve que sous la forme progressive : l'épreuve est à repasser."
KEPT_UNLESS_UNTICKED = (
    "Les épreuves qui peuvent être conservées sont cochées : si vous souhaitez repasser une épreuve, décochez-la."
)
WITH_MARKS = f"{KEPT_UNLESS_UNTICKED} Seule une épreuve dont vous indiquez la note est conservée."
OF_THE_JURY = "Cochez les épreuves dont le jury de VAE vous a dispensé(e)."
CHOOSE_FIRST = "Complétez puis actualisez pour voir les épreuves qui peuvent être conservées."


def fields(dossier: Dossier, box: DeclaredBox) -> tuple[Field, ...]:
    return (*_year_and_academie(box.box), *_origin(dossier, box), *_units(dossier, box))


def explanation(box: Box) -> str:
    """What ticking a unit in this box means."""
    if box is Box.VAE:
        return OF_THE_JURY
    return WITH_MARKS if box.has_marks else KEPT_UNLESS_UNTICKED


def names(exam: Exam) -> Iterator[str]:
    """The names of all fields that any box may have."""
    for box in Box:
        yield from (field(box, part) for part in PARTS)
        yield from (field(box, part, code) for part in PARTS_OF_UNITS for code in exam.epreuve_codes)


def _year_and_academie(box: Box) -> tuple[Field, ...]:
    return (
        Field(
            field(box, "annee"),
            "Année de la session" if box.has_marks else "Année d'obtention",
            required=True,
            hint="Exemple : 2021",
            inputmode="numeric",
        ),
        Field(
            field(box, "academie"),
            "Académie",
            "select",
            required=box.has_marks,
            options=_academies(),
            placeholder=SELECT,
        ),
    )


@cache
def _academies() -> tuple[Option, ...]:
    return tuple(Option(academie.code, academie.label) for academie in academies.all())


def _origin(dossier: Dossier, box: DeclaredBox) -> Iterator[Field]:
    """The other spécialité, or the other diploma, in which the units were obtained."""
    if box.box is Box.AUTRE:
        yield _specialite(dossier, box, "Spécialité du BTS présenté", required=True)
    if box.box is Box.DIPLOME:
        options = tuple(Option(item.key, item.label) for item in dossier.exam.lists.get(TITLES, ()))
        name = field(box.box, "titre")
        yield Field(name, "Diplôme obtenu", "select", required=True, options=options, placeholder=SELECT, refresh=True)
        if opens_common_units(box.title):
            yield _specialite(dossier, box, "Spécialité du BTS obtenu", required=False)
        if box.title and any(tag.startswith(DISPENSE_WITH_LAW_UNIT_TAG) for tag in box.title.tags):
            label = "Ce diplôme comportait une unité d'économie-droit validée"
            yield yes_no(field(box.box, "economie_droit"), label, refresh=True)


def _specialite(dossier: Dossier, box: DeclaredBox, label: str, *, required: bool) -> Field:
    name = field(box.box, "specialite")
    typed = dossier.typed_in("acquis").text(name)
    specialites = dossier.exam.specialites
    return Field(
        name,
        label,
        "search",
        required=required,
        search=name,
        display=specialite_label(box.specialite) if box.specialite else typed or None,
        options=() if box.specialite or not typed else matching(dossier.exam, specialites, typed, MAX_PROPOSALS),
        refresh=True,
    )


def _units(dossier: Dossier, box: DeclaredBox) -> Iterator[Field]:
    offered = [epreuve for epreuve in dossier.structure.keepable() if _is_offered(dossier, box, epreuve)]
    ticked = [epreuve.code for epreuve in offered if _is_ticked(dossier, box, epreuve.code)]
    yield _hidden_list(box.box, SHOWN, [epreuve.code for epreuve in offered])
    yield _hidden_list(box.box, PROPOSED, ticked)
    for epreuve in offered:
        yield from _unit(box, epreuve, epreuve.code in ticked)
    if not offered:
        chosen = box.box in (Box.MEME, Box.VAE) or box.specialite or box.title
        yield notice(field(box.box, "unites"), NOTHING_TO_KEEP if chosen else CHOOSE_FIRST)


def _unit(box: DeclaredBox, epreuve: Epreuve, ticked: bool) -> Iterator[Field]:
    name = f"{epreuve.code} - {epreuve.label}"
    if box.box.has_marks:
        yield Field(
            field(box.box, "note", epreuve.code),
            f"{name} : note obtenue",
            hint="Note sur 20, par exemple 12,5",
            inputmode="decimal",
        )
    is_too_low = any(unit.code == epreuve.code and unit.mark < PASS_MARK for unit in box.sat_again if unit.mark)
    yield Field(
        field(box.box, "garder", epreuve.code),
        f"{name} : à conserver",
        "checkbox",
        value=OUI if ticked else None,
        hint=TOO_LOW if is_too_low else None,
    )


def _is_ticked(dossier: Dossier, box: DeclaredBox, code: str) -> bool:
    """Whether the checkbox is ticked; a unit that another box keeps is not proposed a second time."""
    typed = dossier.typed_in("acquis")
    others = (other for other in dossier.acquis if other.box != box.box)
    elsewhere = any(unit.code == code for other in others for unit in other.kept_units)
    by_hand = typed.is_ticked(field(box.box, "garder", code))
    return is_shown_as_kept(typed, box, code) and (by_hand or not elsewhere)


def _hidden_list(box: Box, part: str, codes: list[str]) -> Field:
    return Field(field(box, part), "", "hidden", value=" ".join(codes))


def _is_offered(dossier: Dossier, box: DeclaredBox, epreuve: Epreuve) -> bool:
    match box.box:
        case Box.AUTRE:
            return box.specialite is not None and is_common_with(box, epreuve, dossier.session.year)
        case Box.DIPLOME:
            return is_dispensed_by_title(dossier, box, epreuve)
    return True
