"""« Acquis »: four boxes, each opening its year, académie, diploma and the units that may be kept (guide §5.4)."""

from __future__ import annotations

from collections.abc import Iterator

from services.contracts.registrations import Line
from services.contracts.registrations import Section as RecapSection
from services.reference import academies
from services.registrations.domain.acquis import Box, DeclaredBox, KeptUnit, field, mark_label
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.epreuve_positions import POSITIONS
from services.registrations.domain.exam_definition import Tab
from services.registrations.domain.formats import FORMATS
from services.registrations.domain.forms import Field, FieldError, Option, Section, error
from services.registrations.domain.tab_answers import OUI, TabAnswers
from services.registrations.domain.tabs import acquis_fields
from services.registrations.domain.tabs.form_fields import check_fields, filled
from services.registrations.domain.tabs.specialites import matching
from services.registrations.domain.tabs.tab_kind import TabContent, TabKind

INTRODUCTION = (
    "Si vous remplissez les conditions pour obtenir des reports de notes ou des dispenses sur certaines épreuves de "
    'votre spécialité, vous devez le déclarer ci-dessous. Sinon veuillez cliquer sur le bouton "Suivant".'
)
LABELS = {
    Box.MEME: "Je me suis déjà présenté(e) à ce BTS lors d'une session précédente et je n'ai pas obtenu le diplôme",
    Box.AUTRE: (
        "Je me suis déjà présenté(e) à un autre BTS lors d'une session précédente et je n'ai pas obtenu le diplôme"
    ),
    Box.DIPLOME: "J'ai obtenu un autre diplôme (inclus certification en langue anglaise)",
    Box.VAE: "J'ai des dispenses d'épreuve au titre de la validation des acquis de l'expérience",
}
RENOUNCED = (
    "Vous souhaitez renoncer à des acquis : décochez « à conserver » pour chaque épreuve que vous voulez repasser."
)
NOTHING_KEPT = (
    "Vous souhaitez renoncer à des acquis : aucune épreuve n'est cochée « à conserver », vous les passerez donc toutes."
)


def describe(dossier: Dossier, tab: Tab) -> TabContent:
    ticks = tuple(field(box, "garder") for box in Box)
    typed = dossier.typed(tab).values.items()
    written = TabAnswers(
        {name: value for name, value in typed if not name.startswith(ticks)}
    )  # checkboxes get their value from `acquis_fields`
    sections = tuple(filled(section, written) for section in _sections(dossier, tab))
    return TabContent(sections=sections, notices=_notices(dossier, sections))


def check(dossier: Dossier, tab: Tab) -> tuple[FieldError, ...]:
    field_errors = check_fields(_sections(dossier, tab), dossier.typed(tab))
    return (
        *field_errors,
        *(box_error for box in dossier.acquis for box_error in _box_errors(dossier, box)),
    )


def recap(dossier: Dossier, tab: Tab) -> tuple[RecapSection, ...]:
    lines = tuple(
        line
        for box in dossier.acquis
        for line in (Line(label(tab, box.box), _box_summary(box)), *_unit_lines(dossier, box))
    )
    return (RecapSection(tab.title, lines or (Line("Acquis déclarés", ""),)),)


def search(dossier: Dossier, tab: Tab, name: str, typed: str, limit: int) -> tuple[Option, ...]:
    searched = (field(Box.AUTRE, "specialite"), field(Box.DIPLOME, "specialite"))
    return matching(dossier.exam, dossier.exam.specialites, typed, limit) if name in searched else ()


def label(tab: Tab, box: Box) -> str:
    """The guide's words, or those of an exam whose tab has its own: `options: {labels: {meme_bts: …}}`."""
    own = tab.options.get("labels", {}).get(box.value)
    return str(own) if own else LABELS[box]


def boxes(tab: Tab) -> tuple[Box, ...]:
    """The boxes an exam shows: all four, or those of `options: {boxes: [...]}`."""
    box_names = tab.options.get("boxes", tuple(box.value for box in Box))
    return tuple(box for box in Box if box.value in box_names)


def _sections(dossier: Dossier, tab: Tab) -> tuple[Section, ...]:
    ticks = tuple(Field(box.value, label(tab, box), "checkbox", refresh=True) for box in boxes(tab))
    opened = (
        Section(
            label(tab, box.box),
            acquis_fields.fields(dossier, box),
            notice=acquis_fields.explanation(box.box),
        )
        for box in dossier.acquis
        if box.box in boxes(tab)
    )
    return (Section(None, ticks, notice=str(tab.options.get("notice", INTRODUCTION))), *opened)


def _notices(dossier: Dossier, sections: tuple[Section, ...]) -> tuple[str, ...]:
    if not dossier.typed_in("candidature").is_ticked("renoncement"):
        return ()
    keep_fields = tuple(field(box, "garder") for box in Box)
    ticked = any(
        field_of_section.value == OUI and field_of_section.name.startswith(keep_fields)
        for section in sections
        for field_of_section in section.fields
    )
    return (RENOUNCED if ticked else NOTHING_KEPT,)


def _box_errors(dossier: Dossier, box: DeclaredBox) -> Iterator[FieldError]:
    name = field(box.box, "annee")
    typed = dossier.typed_in("acquis")
    if typed.is_answered(name) and box.year is None:
        yield error(name, f"Année : saisissez {FORMATS['annee'].expected}.")
    elif box.year is not None and box.box.has_marks and box.year >= dossier.session.year:
        yield error(name, f"Année : une session précédente est antérieure à {dossier.session.year}.")
    elif box.year is not None and box.year > dossier.today.year:
        yield error(name, "Année : elle ne peut pas être dans l'avenir.")
    specialite = field(box.box, "specialite")
    if typed.is_answered(specialite) and box.specialite is None:
        yield error(specialite, "Spécialité du BTS : choisissez une spécialité proposée par la recherche.")
    if box.box is Box.AUTRE and box.specialite and box.specialite == dossier.specialite:
        yield error(specialite, "Spécialité du BTS présenté : c'est celle que vous présentez.")
    if not box.box.has_marks and not box.kept_units:
        yield error(box.box.value, "Cochez les épreuves dont vous êtes dispensé(e), ou décochez la case.")


def _box_summary(box: DeclaredBox) -> str:
    academie = academies.by_code(box.academie)
    parts = (
        str(box.year) if box.year else "",
        academie.label if academie else "",
        box.specialite.label if box.specialite else "",
        box.title.label if box.title else "",
    )
    return " - ".join(part for part in parts if part) or "Oui"


def _unit_lines(dossier: Dossier, box: DeclaredBox) -> Iterator[Line]:
    """Every mark and dispense that was declared, kept or not, in the order of the épreuves."""
    order = [epreuve.code for epreuve in dossier.structure.epreuves]
    for unit in sorted((*box.kept_units, *box.sat_again), key=lambda unit: order.index(unit.code)):
        typed_mark = f"{mark_label(unit.mark)}/20" if unit.mark is not None else ""
        if unit in box.sat_again:
            yield Line(_unit_label(dossier, unit), f"Note non conservée : {typed_mark}")
        else:
            yield Line(
                _unit_label(dossier, unit), POSITIONS[unit.position] + (f" ({typed_mark})" if typed_mark else "")
            )


def _unit_label(dossier: Dossier, unit: KeptUnit) -> str:
    epreuve = dossier.structure.epreuve(unit.code)
    return f"{unit.code} - {epreuve.label}" if epreuve else unit.code


KIND = TabKind(describe, check, recap, search, lambda dossier, tab: acquis_fields.names(dossier.exam))
