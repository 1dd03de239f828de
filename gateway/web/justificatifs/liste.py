"""The pieces asked for by candidature, and « J'ai fourni toutes mes pièces »."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.pages import render_page
from gateway.posted_forms import shown_here
from gateway.sessions import visitor
from gateway.web.justificatifs import blueprint
from gateway.web.shown_states import STATUS_SEVERITIES
from services.chassis.errors import DomainError, found
from services.contracts.api import pieces as api
from services.contracts.api.pieces import Piece, RequestedPieces

DONE_SENTENCES = {
    "depose": "Votre fichier est déposé.",
    "supprime": "Le fichier est supprimé.",
    "valide": "Vos pièces sont validées : elles vont être étudiées.",
}
UNDER_SCAN, NOT_SCANNED = "pending", "not_scanned"
SCAN_WORDS = {"clean": "fichier sain", "infected": "fichier infecté"}
"""In the place of the labels of these antivirus states, which agree with « pièce »."""


@blueprint.get("/justificatifs", who=access.CANDIDATE)
def choose() -> ResponseReturnValue:
    candidatures = visitor.call(api.list_candidatures).candidatures
    return render_page(
        "choix_candidature.html",
        candidatures=candidatures,
        shows="justificatifs.show",
        lead="Choisissez la candidature dont vous voulez fournir ou suivre les pièces.",
        nothing="Aucune pièce ne vous est demandée. Les pièces à fournir apparaissent ici tant que vous avez une "
        "candidature enregistrée.",
    )


@blueprint.get("/justificatifs/<candidature_id>", who=access.CANDIDATE)
def show(candidature_id: str, *, refusal: DomainError | None = None) -> ResponseReturnValue:
    requested = requested_pieces(candidature_id)
    return render_page(
        "justificatifs/templates/justificatifs.html",
        refusal=refusal,
        errors=(),
        candidature_id=candidature_id,
        requested=requested,
        is_all_handed_over=is_all_handed_over(requested),
        done=DONE_SENTENCES.get(request.args.get("fait", "")),
        status_severities=STATUS_SEVERITIES,
        scan_words=SCAN_WORDS,
        under_scan=UNDER_SCAN,
        not_scanned=NOT_SCANNED,
    )


@blueprint.get("/justificatifs/fichier/<piece_id>", who=access.CANDIDATE)
def file(piece_id: str) -> ResponseReturnValue:
    return visitor.stream(api.read_file, piece_id=piece_id)


@blueprint.get("/justificatifs/<candidature_id>/validation/<group>", who=access.CANDIDATE)
def ask_validation(candidature_id: str, group: str) -> ResponseReturnValue:
    requested = requested_pieces(candidature_id)
    groups = (entry for period in requested.periods for entry in period.groups)
    requested_group = found(next((entry for entry in groups if entry.code == group), None))
    return render_page(
        "justificatifs/templates/validation.html",
        candidature_id=candidature_id,
        group=requested_group,
        warning=requested.warning,
    )


@blueprint.post("/justificatifs/<candidature_id>/validation/<group>", who=access.CANDIDATE)
def validate(candidature_id: str, group: str) -> ResponseReturnValue:
    try:
        visitor.call(api.validate_group, candidature_id=candidature_id, code=group)
    except DomainError as refusal:
        return show(candidature_id, refusal=shown_here(refusal, (403, 409, 422)))
    return redirect(url_for("justificatifs.show", candidature_id=candidature_id, fait="valide"), code=303)


def requested_pieces(candidature_id: str) -> RequestedPieces:
    return visitor.call(api.list_pieces, candidature_id=candidature_id)


def requested_piece(candidature_id: str, piece_id: str) -> Piece:
    groups = (group for period in requested_pieces(candidature_id).periods for group in period.groups)
    return found(next((piece for group in groups for piece in group.pieces if piece.id == piece_id), None))


def is_all_handed_over(requested: RequestedPieces) -> bool:
    """Nothing is left to deposit or to validate, and all periods are open."""
    groups = [group for period in requested.periods for group in period.groups]
    has_something_to_do = any(
        group.can_validate or any(piece.can_deposit for piece in group.pieces) for group in groups
    )
    return not has_something_to_do and all(period.open for period in requested.periods)
