"""The fields of one open box of « Acquis »: when and where, which diploma, then the units that may be kept."""

from __future__ import annotations

from collections.abc import Iterator

from services.reference import academies
from services.registrations.domain.acquis import TITLES, Box, Declared, field
from services.registrations.domain.declaration import Declaration
from services.registrations.domain.definition import Epreuve, Exam
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.forms import Field, Option
from services.registrations.domain.rules.acquis import common_with, opened_by_title, opens_common_units
from services.registrations.domain.structure import all_codes
from services.registrations.domain.tabs.inputs import SELECT, notice, yes_no
from services.registrations.domain.tabs.specialites import matching, specialite_label

PARTS = ("annee", "academie", "specialite", "titre", "economie_droit")
PARTS_OF_UNITS = ("note", "garder")
NOTHING_TO_KEEP = "Aucune épreuve de votre spécialité ne peut être conservée à ce titre."
CHOOSE_FIRST = "Complétez puis actualisez pour voir les épreuves qui peuvent être conservées."


def fields(dossier: Dossier, declared: Declaration, box: Declared) -> tuple[Field, ...]:
    return (*_when_and_where(box.box), *_ground(dossier, box), *_units(declared, box))


def names(exam: Exam) -> Iterator[str]:
    """Of every field that any box may ask for."""
    codes = all_codes(exam)
    for box in Box:
        yield from (field(box, part) for part in PARTS)
        yield from (field(box, part, code) for part in PARTS_OF_UNITS for code in codes)


def _when_and_where(box: Box) -> tuple[Field, ...]:
    options = tuple(Option(one.code, one.label) for one in academies.all())
    return (
        Field(
            field(box, "annee"),
            "Année de la session" if box.has_marks else "Année d'obtention",
            required=True,
            hint="Exemple : 2021",
            inputmode="numeric",
        ),
        Field(
            field(box, "academie"), "Académie", "select", required=box.has_marks, options=options, placeholder=SELECT
        ),
    )


def _ground(dossier: Dossier, box: Declared) -> Iterator[Field]:
    """The other spécialité, or the other diploma, that the units come from."""
    if box.box is Box.AUTRE:
        yield _specialite(dossier, box, "Spécialité du BTS présenté", required=True)
    if box.box is Box.DIPLOME:
        options = tuple(Option(item.key, item.label) for item in dossier.exam.lists.get(TITLES, ()))
        name = field(box.box, "titre")
        yield Field(name, "Diplôme obtenu", "select", required=True, options=options, placeholder=SELECT, refresh=True)
        if opens_common_units(box.title):
            yield _specialite(dossier, box, "Spécialité du BTS obtenu", required=False)
        if box.title and any(tag.startswith("dispense_si_unite:") for tag in box.title.tags):
            label = "Ce diplôme comportait une unité d'économie-droit validée"
            yield yes_no(field(box.box, "economie_droit"), label, refresh=True)


def _specialite(dossier: Dossier, box: Declared, label: str, *, required: bool) -> Field:
    name = field(box.box, "specialite")
    typed = dossier.typed_in("acquis").text(name)
    return Field(
        name,
        label,
        "search",
        required=required,
        search=name,
        display=specialite_label(box.specialite) if box.specialite else typed or None,
        options=() if box.specialite or not typed else matching(dossier.exam, dossier.exam.specialites, typed, 20),
        refresh=True,
    )


def _units(declared: Declaration, box: Declared) -> Iterator[Field]:
    offered = [epreuve for epreuve in declared.structure.keepable() if _is_offered(declared, box, epreuve)]
    for epreuve in offered:
        name = f"{epreuve.code} - {epreuve.label}"
        if box.box.has_marks:
            yield Field(
                field(box.box, "note", epreuve.code),
                f"{name} : note obtenue",
                hint="Note sur 20, par exemple 12,5",
                inputmode="decimal",
            )
        yield Field(field(box.box, "garder", epreuve.code), f"{name} : à conserver", "checkbox")
    if not offered:
        chosen = box.box in (Box.MEME, Box.VAE) or box.specialite or box.title
        yield notice(field(box.box, "unites"), NOTHING_TO_KEEP if chosen else CHOOSE_FIRST)


def _is_offered(declared: Declaration, box: Declared, epreuve: Epreuve) -> bool:
    match box.box:
        case Box.AUTRE:
            return box.specialite is not None and common_with(box, epreuve, declared.session_year)
        case Box.DIPLOME:
            return opened_by_title(box, epreuve, declared.session_year)
    return True
