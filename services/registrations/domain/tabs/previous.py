"""« Candidatures précédentes »: earlier candidatures to this exam in the portal, and the choice to reuse one."""

from __future__ import annotations

from services.contracts import page_labels
from services.registrations.domain.dossier import Dossier, PreviousCandidature
from services.registrations.domain.exam_definition import Tab
from services.registrations.domain.forms import Field, FieldError, Option, Section, error
from services.registrations.domain.rules.exclusivity import HAS_ALREADY, conflicting_candidature
from services.registrations.domain.tabs.form_fields import check_fields, filled
from services.registrations.domain.tabs.tab_kind import TabContent, TabKind
from services.registrations.domain.tabs.takeover import CHOICE, NOTHING

NONE_HERE = "Vous n'avez pas de candidature précédente à cet examen dans ce portail."


def describe(dossier: Dossier, tab: Tab) -> TabContent:
    earlier = _earlier(dossier)
    if not earlier:
        return TabContent(paragraphs=(NONE_HERE,))
    sections = tuple(filled(section, dossier.typed(tab)) for section in _sections(earlier))
    return TabContent(
        sections=sections, paragraphs=("Vos candidatures précédentes à cet examen :", *map(_line, earlier))
    )


def check(dossier: Dossier, tab: Tab) -> tuple[FieldError, ...]:
    errors = check_fields(_sections(_earlier(dossier)), dossier.typed(tab))
    other = conflicting_candidature(dossier)
    if other is None:
        return errors
    detail = f"{HAS_ALREADY} : {_line(other)}."
    return (*errors, error(CHOICE, f"{detail} Vous pouvez la modifier dans « {page_labels.REGISTRATIONS} »."))


def _earlier(dossier: Dossier) -> tuple[PreviousCandidature, ...]:
    candidatures = (
        candidature
        for candidature in dossier.previous
        if candidature.exam_code == dossier.exam.code and candidature.candidature_id != dossier.modifies
    )
    return tuple(
        sorted(candidatures, key=lambda candidature: (-candidature.session_year, candidature.numero_inscription))
    )


def _sections(earlier: tuple[PreviousCandidature, ...]) -> tuple[Section, ...]:
    if not earlier:
        return ()
    options = (
        Option(NOTHING, "Ne rien reprendre"),
        *(Option(candidature.candidature_id, _line(candidature)) for candidature in earlier),
    )
    field = Field(
        CHOICE,
        "Reprendre les données de",
        "radio",
        options=options,
        value=NOTHING,
        hint="L'adresse, la spécialité et le diplôme possédé sont proposés dans les onglets suivants : vérifiez-les.",
    )
    return (Section("Reprise des données", (field,)),)


def _line(candidature: PreviousCandidature) -> str:
    parts = (
        candidature.session_label,
        candidature.academie_label,
        candidature.specialite_label,
        f"n° {candidature.numero_inscription}",
    )
    return " - ".join(part for part in parts if part)


KIND = TabKind(describe, check, more_names=lambda dossier, tab: (CHOICE,))
