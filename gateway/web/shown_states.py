"""States of candidatures, drafts and pieces as pages show them: a word, a severity, a sentence."""

from dataclasses import dataclass, replace

from gateway.components import closing_time
from services.clock import to_paris
from services.contracts import page_labels
from services.contracts.api.documents import ListedDocument
from services.contracts.api.drafts import Draft
from services.contracts.api.pieces import PiecesToDo
from services.contracts.api.registrations import Tile
from services.contracts.registration_rules import TO_VALIDATE, WindowState
from services.french import short_date, short_instant


@dataclass(frozen=True)
class CandidatureState:
    word: str
    severity: str
    sentence: str


def candidature_state(tile: Tile, to_do: PiecesToDo | None) -> CandidatureState:
    """`to_do`: None where what is left to do with its pieces is not known."""
    state = _state_of_pieces(tile, to_do)
    if tile.validated_at:
        validated = f"Validée en ligne le {short_instant(tile.validated_at)} (heure de Paris)."
        return replace(state, sentence=f"{validated} {state.sentence}")
    if tile.validation == TO_VALIDATE:
        asked = _validation_asked(tile)
        return replace(asked, sentence=f"{asked.sentence} {state.sentence}")
    return state


def may_be_validated(tile: Tile) -> bool:
    """Whether its candidate can validate it online now. A registrations of the version before says
    of one that can only that it is modifiable."""
    return tile.validation == TO_VALIDATE and (tile.validatable or tile.modifiable)


def _validation_asked(tile: Tile) -> CandidatureState:
    """Until when; once it is too late, whom to contact."""
    if may_be_validated(tile):
        end = closing_time(tile.validate_until or tile.closes_at)
        sentence = f"Votre validation en ligne est attendue avant le {end} (heure de Paris)."
        return CandidatureState("À valider", "warning", sentence)
    reached = ", ".join(
        filter(None, (tile.contact.title, tile.contact.telephone, tile.contact.email))
    )
    sentence = f"Vous ne l'avez pas validée à temps. Service à contacter : {reached}."
    return CandidatureState("Non validée", "error", sentence)


def _state_of_pieces(tile: Tile, to_do: PiecesToDo | None) -> CandidatureState:
    if to_do is not None and to_do.until:
        action = "fournir" if to_do.missing or to_do.refused else "valider"
        return CandidatureState(
            "Incomplète",
            "warning",
            f"Pièces à {action} jusqu'au {closing_time(to_do.until)} (heure de Paris).",
        )
    if to_do is not None and to_do.late:
        return CandidatureState("Incomplète", "error", f"{late_pieces_sentence(to_do.late)}.")
    if to_do is not None and to_do.opens:
        opens = (
            f"Vos pièces pourront être déposées à partir du {short_instant(to_do.opens)} (heure de "
            "Paris)."
        )
        return CandidatureState("Enregistrée", "info", f"{_modifiable_sentence(tile)} {opens}")
    if to_do is not None:
        return CandidatureState(
            "Complète",
            "success",
            f"{_modifiable_sentence(tile)} Aucune pièce n'est attendue de vous pour le moment.",
        )
    return CandidatureState("Enregistrée", "info", _modifiable_sentence(tile))


def pieces_to_do_sentence(to_do: PiecesToDo) -> str | None:
    """« 2 pièces à déposer, 1 pièce refusée à déposer à nouveau »"""
    to_validate = f"à valider par « {page_labels.VALIDATE} »"
    parts = (
        (
            to_do.refused,
            "pièce refusée à déposer à nouveau",
            "pièces refusées à déposer à nouveau",
        ),
        (to_do.missing, "pièce à déposer", "pièces à déposer"),
        (
            to_do.to_validate,
            f"regroupement de pièces {to_validate}",
            f"regroupements de pièces {to_validate}",
        ),
    )
    return (
        ", ".join(
            f"{count} {singular if count == 1 else plural}"
            for count, singular, plural in parts
            if count
        )
        or None
    )


def late_pieces_sentence(count: int) -> str:
    """« 2 pièces n'ont pas été fournies à temps : contactez votre service gestionnaire »"""
    pieces = (
        "1 pièce n'a pas été fournie" if count == 1 else f"{count} pièces n'ont pas été fournies"
    )
    return f"{pieces} à temps : contactez votre service gestionnaire"


def _modifiable_sentence(tile: Tile) -> str:
    end = closing_time(tile.closes_at)
    if tile.modifiable:
        return f"Modifiable jusqu'au {end} (heure de Paris)."
    return f"{page_labels.CLOSED_SINCE.format(end=end)}."


def document_mark(document: ListedDocument) -> str | None:
    """« Retiré le 30/11/2026 », « Remplacé par la version 2 », « Remplacé le … »; None of a
    document that holds."""
    if document.withdrawn_at:
        return f"Retiré le {short_date(to_paris(document.withdrawn_at).date())}"
    if document.replaced_by_version:
        return f"Remplacé par la version {document.replaced_by_version}"
    if document.replaced_at:
        return f"Remplacé le {short_date(to_paris(document.replaced_at).date())}"
    return None


def is_over(draft: Draft) -> bool:
    """Whether it can never be transmitted: waiting does not help."""
    return any(obstacle.reason != WindowState.NOT_YET for obstacle in draft.obstacles)


def recap_number(draft: Draft) -> int:
    """The number of the tab « Récapitulatif »."""
    return next((tab.number for tab in draft.tabs if tab.kind == "recap"), draft.current)
