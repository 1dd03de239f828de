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


def _text_alone(_: Dossier, __: Tab) -> TabContent:
    return TabContent()


def _recap(_: Dossier, __: Tab) -> TabContent:
    return TabContent(shows_recap=True)


def _number(dossier: Dossier, _: Tab) -> TabContent:
    deadline = f"La fermeture du service est fixée le : {closing(dossier.opening.closes)} (heure de Paris)."
    return TabContent(paragraphs=(deadline,), notices=(SEND_CHANGES_NOW if dossier.modifies else SAVE_NOW,))


NOTICE = TabKind(_text_alone)
QUESTIONS = TabKind(_text_alone)
RECAP = TabKind(_recap)
NUMBER = TabKind(_number)
