"""« Epreuves »: position, option and mode of each; what acquis and forme determine cannot be
changed (guide §5.6)."""

from collections.abc import Iterator

from services.contracts.registrations import EPREUVES
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.epreuve_positions import (
    INSCRIT,
    NON_INSCRIT,
    POSITIONS,
    ChosenEpreuve,
    option_choices,
)
from services.registrations.domain.epreuve_structure import FACULTATIVE, Role
from services.registrations.domain.exam_definition import Tab
from services.registrations.domain.forms import (
    Field,
    FieldError,
    Option,
    TabAnswers,
    error,
    select,
)
from services.registrations.domain.rules.choices import epreuves_to_differ_from
from services.registrations.domain.tabs.tab_kind import EpreuveField, TabContent, TabKind

NO_SPECIALITE = "Choisissez d'abord votre spécialité : les épreuves en dépendent."
ATTENDANCE = "Si vous vous inscrivez à cette épreuve, vous devrez vous y présenter."


def content(dossier: Dossier, _: Tab, typed: TabAnswers) -> TabContent:
    shown = tuple(_epreuve_field(dossier, chosen, typed) for chosen in dossier.epreuves)
    return TabContent(paragraphs=() if shown else (NO_SPECIALITE,), epreuves=shown)


def check(dossier: Dossier, tab: Tab) -> Iterator[FieldError]:
    for chosen in dossier.epreuves:
        yield from _position_errors(chosen)
        yield from _option_errors(dossier, chosen, dossier.typed(tab))


def title(chosen: ChosenEpreuve) -> str:
    """« EF1 : Langue vivante 2 : Allemand : Inscrit »"""
    parts = (chosen.epreuve.code, chosen.epreuve.label, chosen.option_label, chosen.position_label)
    return " : ".join(part for part in parts if part)


def _epreuve_field(dossier: Dossier, chosen: ChosenEpreuve, typed: TabAnswers) -> EpreuveField:
    facultative = chosen.epreuve.kind == FACULTATIVE
    return EpreuveField(
        code=chosen.epreuve.code,
        title=title(chosen),
        group="facultatives" if facultative else "obligatoires",
        parent=chosen.epreuve.parent,
        position=_position_field(chosen) if chosen.choosable else None,
        position_label=chosen.position_label,
        option=_option_field(dossier, chosen, typed),
        mode_label=chosen.mode_label,
        notes=(ATTENDANCE,) if facultative and chosen.choosable else (),
    )


def _position_field(chosen: ChosenEpreuve) -> Field:
    options = tuple(Option(position, POSITIONS[position]) for position in (NON_INSCRIT, INSCRIT))
    value = chosen.posted_position or chosen.position
    name = f"position-{chosen.epreuve.code}"
    return select(name, "Position", options, value=value, placeholder=None, refresh=True)


def _option_field(dossier: Dossier, chosen: ChosenEpreuve, typed: TabAnswers) -> Field | None:
    """The choice of a language; also shown while the position is not inscrit, so that one page is
    enough."""
    offered = _available_options(dossier, chosen)
    if not offered or not (chosen.choosable or chosen.position == INSCRIT):
        return None
    name = f"option-{chosen.epreuve.code}"
    options = tuple(Option(key, label) for key, label in offered)
    value = typed.raw(name) or chosen.option
    return select(
        name, "Option", options, required=chosen.position == INSCRIT, value=value, refresh=True
    )


def _available_options(dossier: Dossier, chosen: ChosenEpreuve) -> tuple[tuple[str, str], ...]:
    """The options without those of other épreuves that this one must differ from (K10)."""
    used = {other.option for other in epreuves_to_differ_from(dossier, chosen)}
    return tuple(
        option for option in option_choices(dossier.exam, chosen.epreuve) if option[0] not in used
    )


def _position_errors(chosen: ChosenEpreuve) -> Iterator[FieldError]:
    """A position that is not allowed: only earlier pages, or tools, can post one."""
    posted = chosen.posted_position
    name = f"position-{chosen.epreuve.code}"
    if posted and posted != chosen.position:
        allowed = " ou ".join(f"« {POSITIONS[position]} »" for position in (INSCRIT, NON_INSCRIT))
        fixed = f"la position « {chosen.position_label} » ne peut pas être changée."
        yield error(
            name,
            f"{chosen.epreuve.code} : "
            f"{f'la position est {allowed}.' if chosen.choosable else fixed}",
        )


def _option_errors(
    dossier: Dossier, chosen: ChosenEpreuve, typed: TabAnswers
) -> Iterator[FieldError]:
    code = chosen.epreuve.code
    name = f"option-{chosen.epreuve.code}"
    keys = [key for key, _ in option_choices(dossier.exam, chosen.epreuve)]
    if not keys or chosen.role is Role.FOLLOWER:
        return
    if typed.is_answered(name) and typed.text(name) not in keys:
        yield error(name, f"{code} : choisissez une option de la liste.")
    elif chosen.position == INSCRIT and chosen.option is None:
        yield error(name, f"{code} : choisissez une option.")


def _names(dossier: Dossier, tab: Tab) -> Iterator[str]:
    for code in dossier.exam.epreuve_codes:
        yield from (f"position-{code}", f"option-{code}")


KIND = TabKind(content, check, more_names=_names, titles=(EPREUVES,))
