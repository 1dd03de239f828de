"""Answers taken over from an earlier candidature, shown in tabs not yet posted, for the candidate to confirm."""

from __future__ import annotations

from services.registrations.domain.dossier import Dossier, PreviousCandidature
from services.registrations.domain.exam_definition import Tab
from services.registrations.domain.tab_answers import TabAnswers

CHOICE = "reprise"  # field of the tab « Candidatures précédentes »
NOTHING = "aucune"
TABS = ("identification", "qualification", "diploma")  # consents, acquis and épreuves are answered anew each time


def previous_candidature(dossier: Dossier) -> PreviousCandidature | None:
    """The earlier candidature that the candidate chose to reuse."""
    chosen = dossier.typed_in("previous").text(CHOICE)
    return next((candidature for candidature in dossier.previous if candidature.candidature_id == chosen), None)


def answers_to_show(dossier: Dossier, tab: Tab) -> TabAnswers:
    """The answers that a tab shows: its own, or those taken over while it has none."""
    if tab.name in dossier.answers or tab.kind not in TABS:
        return dossier.typed(tab)
    previous = previous_candidature(dossier)
    return TabAnswers(previous.answers.get(tab.name, {})) if previous else dossier.typed(tab)
