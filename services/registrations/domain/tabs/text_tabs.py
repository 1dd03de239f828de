"""Kinds of tab without fields of their own: notice, questions, récapitulatif (added by `registration_form`), number."""

from __future__ import annotations

from services.contracts import page_labels
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.exam_definition import Tab
from services.registrations.domain.tabs.tab_kind import TabContent, TabKind
from services.registrations.domain.windows import closing

NOT_SAVED = (
    "Attention ! A ce stade, la candidature n'est pas encore enregistrée. "
    "Cliquez sur le bouton « Suivant » pour poursuivre votre inscription."
)
SAVE_NOW = (
    "Votre candidature n'est pas encore enregistrée. "
    f"Cliquez sur le bouton « {page_labels.SAVE} » pour transmettre votre inscription "
    "et obtenir votre numéro d'inscription."
)
CHANGES_NOT_SENT = (
    "Attention ! A ce stade, vos changements ne sont pas encore transmis : votre candidature reste telle qu'elle est "
    "enregistrée. Cliquez sur le bouton « Suivant » pour poursuivre votre modification."
)
SEND_CHANGES_NOW = (
    "Vos changements ne sont pas encore transmis : votre candidature reste telle qu'elle est enregistrée. "
    f"Cliquez sur le bouton « {page_labels.SAVE} » pour les transmettre ; votre numéro d'inscription ne change pas."
)


def _paragraphs(_: Dossier, tab: Tab) -> TabContent:
    return TabContent(paragraphs=tab.text)


def _recap(_: Dossier, tab: Tab) -> TabContent:
    return TabContent(paragraphs=tab.text, shows_recap=True)


def _number(dossier: Dossier, tab: Tab) -> TabContent:
    deadline = f"La fermeture du service est fixée le : {closing(dossier.opening.closes)} (heure de Paris)."
    return TabContent(paragraphs=(*tab.text, deadline), notices=(SEND_CHANGES_NOW if dossier.modifies else SAVE_NOW,))


NOTICE = TabKind(_paragraphs)
QUESTIONS = TabKind(_paragraphs)
RECAP = TabKind(_recap)
NUMBER = TabKind(_number)
