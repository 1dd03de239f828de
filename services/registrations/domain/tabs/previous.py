"""« Candidatures précédentes »: earlier candidatures to this exam in the portal, and the choice to
reuse one."""

from services.registrations.domain.dossier import Dossier, PreviousCandidature
from services.registrations.domain.exam_definition import Tab
from services.registrations.domain.forms import (
    Field,
    FieldError,
    Option,
    Section,
    TabAnswers,
    error,
)
from services.registrations.domain.obstacles import conflicting_candidature, refusal_sentence
from services.registrations.domain.tabs.tab_kind import TabContent, TabKind

CHOICE = "reprise"  # field of the tab « Candidatures précédentes »
NOTHING = "aucune"
TABS = (
    "identification",
    "qualification",
    "diploma",
)  # consents, acquis and épreuves are answered anew each time


def answers_to_show(dossier: Dossier, tab: Tab) -> TabAnswers:
    """The answers that a tab shows: its own, or while it has none those of the candidature chosen
    to be reused."""
    if tab.name in dossier.answers or tab.kind not in TABS:
        return dossier.typed(tab)
    chosen = dossier.typed_in("previous").text(CHOICE)
    reused = next(
        (other.answers for other in dossier.previous if other.candidature_id == chosen), {}
    )
    return TabAnswers(reused.get(tab.name, {}))


NONE_HERE = "Vous n'avez pas de candidature précédente à cet examen dans ce portail."


def content(dossier: Dossier, _: Tab, __: TabAnswers) -> TabContent:
    earlier = _earlier(dossier)
    if not earlier:
        return TabContent(paragraphs=(NONE_HERE,))
    paragraphs = ("Vos candidatures précédentes à cet examen :", *map(_line, earlier))
    return TabContent(sections=(_takeover(earlier),), paragraphs=paragraphs)


def check(dossier: Dossier, _: Tab) -> tuple[FieldError, ...]:
    other = conflicting_candidature(dossier)
    return (error(CHOICE, refusal_sentence(other, _line(other))),) if other else ()


def _earlier(dossier: Dossier) -> tuple[PreviousCandidature, ...]:
    others = (other for other in dossier.previous if other.candidature_id != dossier.modifies)
    of_exam = (other for other in others if other.exam_code == dossier.exam.code)
    return tuple(sorted(of_exam, key=lambda other: (-other.session_year, other.numero_inscription)))


def _takeover(earlier: tuple[PreviousCandidature, ...]) -> Section:
    options = (
        Option(NOTHING, "Ne rien reprendre"),
        *(Option(one.candidature_id, _line(one)) for one in earlier),
    )
    field = Field(
        CHOICE,
        "Reprendre les données de",
        "radio",
        options=options,
        value=NOTHING,
        hint=(
            "L'adresse, la spécialité et le diplôme possédé sont proposés dans les onglets "
            "suivants : vérifiez-les."
        ),
    )
    return Section("Reprise des données", (field,))


def _line(candidature: PreviousCandidature) -> str:
    parts = (
        candidature.session_label,
        candidature.academie_label,
        candidature.specialite_label,
        f"n° {candidature.numero_inscription}",
    )
    return " - ".join(part for part in parts if part)


KIND = TabKind(content, check, more_names=lambda dossier, tab: (CHOICE,))
