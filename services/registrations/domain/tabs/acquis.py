"""« Acquis »: four boxes, each opening its year, académie, diploma and the units that may be kept
(guide §5.4)."""

from collections.abc import Iterator
from datetime import date
from functools import cache

from services.contracts.registrations import Line
from services.contracts.registrations import Section as RecapSection
from services.reference import academies
from services.registrations.domain import forms
from services.registrations.domain.acquis import (
    LISTS,
    ORIGIN_PARTS,
    PARTS_OF_UNITS,
    PASS_MARK,
    PROPOSED,
    SHOWN,
    TITLES,
    Box,
    DeclaredBox,
    KeptUnit,
    field,
    is_shown_as_kept,
    mark_label,
)
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.epreuve_positions import POSITIONS
from services.registrations.domain.exam_definition import (
    DISPENSE_WITH_LAW_UNIT_TAG,
    Epreuve,
    Exam,
    Tab,
)
from services.registrations.domain.rules.acquis import (
    is_common_with,
    is_dispensed_by_title,
    opens_common_units,
)
from services.registrations.domain.specialites import matching
from services.registrations.domain.tabs.tab_kind import TabContent, TabKind, list_options

INTRODUCTION = (
    "Si vous remplissez les conditions pour obtenir des reports de notes ou des dispenses sur "
    "certaines épreuves de votre spécialité, vous devez le déclarer ci-dessous. Sinon veuillez"
    ' cliquer sur le bouton "Suivant".'
)
YOUNGEST = 12  # years: nobody has a diploma or a mark of an earlier age
LABELS = {
    Box.MEME: (
        "Je me suis déjà présenté(e) à ce BTS lors d'une session précédente et je n'ai pas obtenu "
        "le diplôme"
    ),
    Box.AUTRE: (
        "Je me suis déjà présenté(e) à un autre BTS lors d'une session précédente et je n'ai pas "
        "obtenu le diplôme"
    ),
    Box.DIPLOME: "J'ai obtenu un autre diplôme (inclus certification en langue anglaise)",
    Box.VAE: "J'ai des dispenses d'épreuve au titre de la validation des acquis de l'expérience",
}
RENOUNCED = (
    "Vous souhaitez renoncer à des acquis : décochez « à conserver » pour chaque épreuve que vous "
    "voulez repasser."
)
NOTHING_KEPT = (
    "Vous souhaitez renoncer à des acquis : aucune épreuve n'est cochée « à conserver », vous les "
    "passerez donc toutes."
)
PARTS = (*ORIGIN_PARTS, *LISTS)
NOTHING_TO_KEEP = "Aucune épreuve de votre spécialité ne peut être conservée à ce titre."
TOO_LOW = (
    f"Une note inférieure à {PASS_MARK} ne se conserve que sous la forme progressive : l'épreuve "
    "est à repasser."
)
KEPT_UNLESS_UNTICKED = (
    "Les épreuves qui peuvent être conservées sont cochées : si vous souhaitez repasser une "
    "épreuve, décochez-la."
)
WITH_MARKS = f"{KEPT_UNLESS_UNTICKED} Seule une épreuve dont vous indiquez la note est conservée."
OF_THE_JURY = "Cochez les épreuves dont le jury de VAE vous a dispensé(e)."
CHOOSE_FIRST = "Complétez puis actualisez pour voir les épreuves qui peuvent être conservées."


def content(dossier: Dossier, tab: Tab, _: forms.TabAnswers) -> TabContent:
    sections = _sections(dossier, tab)
    ticks = tuple(field(box, "garder") for box in Box)  # these get their value from `_unit`
    notices: tuple[str, ...] = ()
    if dossier.typed_in("candidature").is_ticked("renoncement"):
        fields = (each for section in sections for each in section.fields)
        ticked = any(each.value == forms.OUI and each.name.startswith(ticks) for each in fields)
        notices = (RENOUNCED if ticked else NOTHING_KEPT,)
    return TabContent(sections=sections, notices=notices, computed=ticks)


def check(dossier: Dossier, _: Tab) -> Iterator[forms.FieldError]:
    for box in dossier.acquis:
        yield from _box_errors(dossier, box)


def recap(dossier: Dossier, tab: Tab) -> tuple[RecapSection, ...]:
    lines: list[Line] = []
    for box in dossier.acquis:
        lines += (
            Line(label(tab, box.box), _box_summary(box)),
            *(line for _, line in unit_lines(dossier, box)),
        )
    return (RecapSection(tab.title, tuple(lines) or (Line("Acquis déclarés", ""),)),)


def search(
    dossier: Dossier, tab: Tab, name: str, typed: str, limit: int
) -> tuple[forms.Option, ...]:
    searched = (field(Box.AUTRE, "specialite"), field(Box.DIPLOME, "specialite"))
    return (
        matching(dossier.exam, dossier.exam.specialites, typed, limit) if name in searched else ()
    )


def label(tab: Tab, box: Box) -> str:
    """The guide's words, or those of an exam whose tab has its own: `options: {labels: {meme_bts:
    …}}`."""
    return str(tab.options.get("labels", {}).get(box.value) or LABELS[box])


def boxes(tab: Tab) -> tuple[Box, ...]:
    """The boxes an exam shows: all four, or those of `options: {boxes: [...]}`."""
    return tuple(box for box in Box if box.value in tab.options.get("boxes", tuple(Box)))


def _sections(dossier: Dossier, tab: Tab) -> tuple[forms.Section, ...]:
    ticks = tuple(
        forms.Field(box.value, label(tab, box), "checkbox", refresh=True) for box in boxes(tab)
    )
    opened = (
        forms.Section(
            label(tab, box.box),
            (*_year_and_academie(box.box), *_origin(dossier, box), *_units(dossier, box)),
            notice=_explanation(box.box) if _offered(dossier, box) else None,
        )
        for box in dossier.acquis
        if box.box in boxes(tab)
    )
    return (
        forms.Section(None, ticks, notice=str(tab.options.get("notice", INTRODUCTION))),
        *opened,
    )


def _box_errors(dossier: Dossier, box: DeclaredBox) -> Iterator[forms.FieldError]:
    name = field(box.box, "annee")
    typed = dossier.typed_in("acquis")
    if typed.is_answered(name) and box.year is None:
        yield forms.error(name, f"Année : saisissez {forms.FORMATS['annee'].expected}.")
    elif box.year is not None and box.box.has_marks and box.year >= dossier.session.year:
        yield forms.error(
            name, f"Année : une session précédente est antérieure à {dossier.session.year}."
        )
    elif box.year is not None and box.year > dossier.today.year:
        yield forms.error(name, "Année : elle ne peut pas être dans l'avenir.")
    elif (
        box.year and (age := dossier.age_on(date(box.year, 12, 31))) is not None and age < YOUNGEST
    ):
        yield forms.error(name, f"Année : vous n'aviez pas {YOUNGEST} ans.")
    specialite = field(box.box, "specialite")
    if typed.is_answered(specialite) and box.specialite is None:
        yield forms.error(
            specialite, "Spécialité du BTS : choisissez une spécialité proposée par la recherche."
        )
    if box.box is Box.AUTRE and box.specialite and box.specialite == dossier.specialite:
        yield forms.error(
            specialite, "Spécialité du BTS présenté : c'est celle que vous présentez."
        )
    for unit in (*box.kept_units, *box.sat_again):
        name = field(box.box, "annee", unit.code)
        if typed.is_answered(name) and not (unit.year and unit.year < dossier.session.year):
            yield forms.error(
                name,
                f"{unit.code} : saisissez l'année d'une session précédente, par exemple 2021.",
            )
    if not box.box.has_marks and not box.kept_units and _offered(dossier, box):
        yield forms.error(
            box.box.value, "Cochez les épreuves dont vous êtes dispensé(e), ou décochez la case."
        )


def _box_summary(box: DeclaredBox) -> str:
    labelled = (academies.by_code(box.academie), box.specialite, box.title)
    parts = [str(box.year)] if box.year else []
    return " - ".join([*parts, *(one.label for one in labelled if one)]) or "Oui"


def unit_lines(dossier: Dossier, box: DeclaredBox) -> Iterator[tuple[KeptUnit, Line]]:
    """Every mark and dispense that was declared, kept or not, in the order of the épreuves."""
    epreuves = {epreuve.code: epreuve for epreuve in dossier.structure.epreuves}
    for unit in sorted(
        (*box.kept_units, *box.sat_again), key=lambda unit: list(epreuves).index(unit.code)
    ):
        typed_mark = f"{mark_label(unit.mark)}/20" if unit.mark is not None else ""
        typed_mark += (
            f", session {unit.year}" if typed_mark and unit.year and unit.year != box.year else ""
        )
        if unit in box.sat_again:
            value = f"Note non conservée : {typed_mark}"
        else:
            value = POSITIONS[unit.position] + (f" ({typed_mark})" if typed_mark else "")
        yield unit, Line(f"{unit.code} - {epreuves[unit.code].label}", value)


def _explanation(box: Box) -> str:
    """What ticking a unit in this box means."""
    if box is Box.VAE:
        return OF_THE_JURY
    return WITH_MARKS if box.has_marks else KEPT_UNLESS_UNTICKED


def _names(exam: Exam) -> Iterator[str]:
    """The names of all fields that any box may have."""
    for box in Box:
        yield from (field(box, part) for part in PARTS)
        yield from (
            field(box, part, code) for part in PARTS_OF_UNITS for code in exam.epreuve_codes
        )


def _year_and_academie(box: Box) -> tuple[forms.Field, ...]:
    return (
        forms.Field(
            field(box, "annee"),
            "Année de la session" if box.has_marks else "Année d'obtention",
            required=True,
            hint="Exemple : 2021",
            inputmode="numeric",
        ),
        forms.select(field(box, "academie"), "Académie", _academies(), required=box.has_marks),
    )


@cache
def _academies() -> tuple[forms.Option, ...]:
    return tuple(forms.Option(academie.code, academie.label) for academie in academies.all())


def _origin(dossier: Dossier, box: DeclaredBox) -> Iterator[forms.Field]:
    """The other spécialité, or the other diploma, in which the units were obtained."""
    if box.box is Box.AUTRE:
        yield _specialite(dossier, box, "Spécialité du BTS présenté", required=True)
    if box.box is Box.DIPLOME:
        yield forms.select(
            field(box.box, "titre"),
            "Diplôme obtenu",
            list_options(dossier.exam, TITLES),
            refresh=True,
        )
        if opens_common_units(box.title):
            yield _specialite(dossier, box, "Spécialité du BTS obtenu", required=False)
        if box.title and any(tag.startswith(DISPENSE_WITH_LAW_UNIT_TAG) for tag in box.title.tags):
            label = "Ce diplôme comportait une unité d'économie-droit validée"
            yield forms.yes_no(field(box.box, "economie_droit"), label, refresh=True)


def _specialite(dossier: Dossier, box: DeclaredBox, label: str, *, required: bool) -> forms.Field:
    name = field(box.box, "specialite")
    typed = dossier.typed_in("acquis").text(name)
    specialites = dossier.exam.specialites
    return forms.search(
        name,
        label,
        box.specialite.label_with_code if box.specialite else typed,
        required=required,
        options=(
            ()
            if box.specialite or not typed
            else matching(dossier.exam, specialites, typed, forms.MAX_PROPOSALS)
        ),
        refresh=True,
    )


def _units(dossier: Dossier, box: DeclaredBox) -> Iterator[forms.Field]:
    offered = _offered(dossier, box)
    ticked = [epreuve.code for epreuve in offered if _is_ticked(dossier, box, epreuve.code)]
    for part, codes in ((SHOWN, [epreuve.code for epreuve in offered]), (PROPOSED, ticked)):
        yield forms.Field(field(box.box, part), "", "hidden", value=" ".join(codes))
    for epreuve in offered:
        yield from _unit(box, epreuve, epreuve.code in ticked)
    if not offered:
        chosen = box.box in (Box.MEME, Box.VAE) or box.specialite or box.title
        yield forms.notice(field(box.box, "unites"), NOTHING_TO_KEEP if chosen else CHOOSE_FIRST)


def _unit(box: DeclaredBox, epreuve: Epreuve, ticked: bool) -> Iterator[forms.Field]:
    name = f"{epreuve.code} - {epreuve.label}"
    if box.box.has_marks:
        yield forms.Field(
            field(box.box, "note", epreuve.code),
            f"{name} : note obtenue",
            hint="Note sur 20, par exemple 12,5",
            inputmode="decimal",
        )
        yield forms.Field(
            field(box.box, "annee", epreuve.code),
            f"{name} : année de la note",
            hint="Si la note est d'une autre session que celle indiquée plus haut",
            inputmode="numeric",
        )
    is_too_low = any(
        unit.code == epreuve.code and unit.mark < PASS_MARK for unit in box.sat_again if unit.mark
    )
    yield forms.Field(
        field(box.box, "garder", epreuve.code),
        f"{name} : à conserver",
        "checkbox",
        value=forms.OUI if ticked else None,
        hint=TOO_LOW if is_too_low else None,
    )


def _is_ticked(dossier: Dossier, box: DeclaredBox, code: str) -> bool:
    """Whether the checkbox is ticked; a unit that another box keeps is not proposed a second
    time."""
    typed = dossier.typed_in("acquis")
    elsewhere = {
        unit.code for other in dossier.acquis if other.box != box.box for unit in other.kept_units
    }
    by_hand = typed.is_ticked(field(box.box, "garder", code))
    return is_shown_as_kept(typed, box, code) and (by_hand or code not in elsewhere)


def _offered(dossier: Dossier, box: DeclaredBox) -> list[Epreuve]:
    """The units that may be kept by this box: none for a foreign diploma, which is declared all the
    same (D643-17)."""
    units = dossier.structure.keepable()
    match box.box:
        case Box.AUTRE:
            return [unit for unit in units if is_common_with(box, unit, dossier.session.year)]
        case Box.DIPLOME:
            return [unit for unit in units if is_dispensed_by_title(dossier, box, unit)]
    return list(units)


KIND = TabKind(content, check, recap, search, lambda dossier, tab: _names(dossier.exam))
