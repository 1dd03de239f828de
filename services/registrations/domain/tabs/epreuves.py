"""« Epreuves »: position, option and mode of each; what the acquis and the form settle is fixed (§5.6)."""

from __future__ import annotations

from collections.abc import Iterator

from services.registrations.domain import epreuve_positions
from services.registrations.domain.declaration import Declaration
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.epreuve_positions import INSCRIT, NON_INSCRIT, POSITIONS, ChosenEpreuve
from services.registrations.domain.epreuve_structure import FACULTATIVE, Role
from services.registrations.domain.exam_definition import Tab
from services.registrations.domain.forms import Field, FieldError, Option, error
from services.registrations.domain.rules.epreuve_choices import first_of_a_kind
from services.registrations.domain.tab_answers import TabAnswers
from services.registrations.domain.tab_views import EpreuveField
from services.registrations.domain.tabs.form_fields import SELECT
from services.registrations.domain.tabs.tab_kind import TabContent, TabKind

NO_SPECIALITE = "Choisissez d'abord votre spécialité : les épreuves en dépendent."
ATTENDANCE = "Si vous vous inscrivez à cette épreuve, vous devrez vous y présenter."


def describe(dossier: Dossier, tab: Tab) -> TabContent:
    declared, typed = dossier.declaration, dossier.typed(tab)
    if not declared.epreuves:
        return TabContent(paragraphs=(*tab.text, NO_SPECIALITE), epreuves=())
    return TabContent(
        paragraphs=tab.text, epreuves=tuple(_shown(declared, chosen, typed) for chosen in declared.epreuves)
    )


def check(dossier: Dossier, tab: Tab) -> tuple[FieldError, ...]:
    declared = dossier.declaration
    found: list[FieldError] = []
    for chosen in declared.epreuves:
        found.extend(_position_errors(chosen))
        found.extend(_option_errors(declared, chosen, dossier.typed(tab)))
    return tuple(found)


def title(chosen: ChosenEpreuve) -> str:
    """« EF1 : Langue vivante 2 : Allemand : Inscrit »"""
    parts = (chosen.epreuve.code, chosen.epreuve.label, chosen.option_label, chosen.position_label)
    return " : ".join(part for part in parts if part)


def _shown(declared: Declaration, chosen: ChosenEpreuve, typed: TabAnswers) -> EpreuveField:
    facultative = chosen.epreuve.kind == FACULTATIVE
    return EpreuveField(
        code=chosen.epreuve.code,
        title=title(chosen),
        group="facultatives" if facultative else "obligatoires",
        parent=chosen.epreuve.parent,
        position=_position_field(chosen) if chosen.choosable else None,
        position_label=chosen.position_label,
        option=_option_field(declared, chosen, typed),
        mode_label=chosen.mode_label,
        notes=(ATTENDANCE,) if facultative and chosen.choosable else (),
    )


def _position_field(chosen: ChosenEpreuve) -> Field:
    return Field(
        f"position-{chosen.epreuve.code}",
        "Position",
        "select",
        required=True,
        options=tuple(Option(position, POSITIONS[position]) for position in (NON_INSCRIT, INSCRIT)),
        value=chosen.asked or chosen.position,
        refresh=True,
    )


def _option_field(declared: Declaration, chosen: ChosenEpreuve, typed: TabAnswers) -> Field | None:
    """The choice of a language; shown before the position is chosen too, so that one page is enough."""
    offered = _still_free(declared, chosen)
    if not offered or not (chosen.choosable or chosen.position == INSCRIT):
        return None
    name = f"option-{chosen.epreuve.code}"
    return Field(
        name,
        "Option",
        "select",
        required=chosen.position == INSCRIT,
        options=tuple(Option(key, label) for key, label in offered),
        value=typed.raw(name) or chosen.option,
        placeholder=SELECT,
        refresh=True,
    )


def _still_free(declared: Declaration, chosen: ChosenEpreuve) -> tuple[tuple[str, str], ...]:
    """The options without those that other épreuves already have and that this one must differ from (K10)."""
    taken = {other.option for other in first_of_a_kind(declared, chosen)}
    return tuple(
        option for option in epreuve_positions.option_choices(declared.exam, chosen.epreuve) if option[0] not in taken
    )


def _position_errors(chosen: ChosenEpreuve) -> tuple[FieldError, ...]:
    """A position that cannot be had: only pages of before, or tools, can send one."""
    asked, name = chosen.asked, f"position-{chosen.epreuve.code}"
    if not asked or asked == chosen.position:
        return ()
    if chosen.choosable:
        wanted = " ou ".join(f"« {POSITIONS[one]} »" for one in (INSCRIT, NON_INSCRIT))
        return (error(name, f"{chosen.epreuve.code} : la position est {wanted}."),)
    return (error(name, f"{chosen.epreuve.code} : la position « {chosen.position_label} » ne peut pas être changée."),)


def _option_errors(declared: Declaration, chosen: ChosenEpreuve, typed: TabAnswers) -> tuple[FieldError, ...]:
    code, name = chosen.epreuve.code, f"option-{chosen.epreuve.code}"
    keys = [key for key, _ in epreuve_positions.option_choices(declared.exam, chosen.epreuve)]
    if not keys or chosen.role is Role.FOLLOWER:
        return ()
    if typed.is_answered(name) and typed.text(name) not in keys:
        return (error(name, f"{code} : choisissez une option de la liste."),)
    if chosen.position == INSCRIT and chosen.option is None:
        return (error(name, f"{code} : choisissez une option."),)
    return ()


def _names(dossier: Dossier, tab: Tab) -> Iterator[str]:
    for code in dossier.exam.epreuve_codes:
        yield from (f"position-{code}", f"option-{code}")


KIND = TabKind(describe, check, more_names=_names)
