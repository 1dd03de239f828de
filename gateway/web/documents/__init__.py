"""« Mes documents » and « Les formulaires » (guide §8, §9)."""

from __future__ import annotations

from contextlib import suppress

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from gateway import access, visitor
from gateway.clients.file_streaming import streamed_response
from gateway.clients.page_time_limit import optional_calls
from gateway.pages import render_page
from gateway.service_clients import clients
from services.chassis.errors import DomainError, NotFound

blueprint = Blueprint("documents", __name__)


@blueprint.get("/documents")
@access.candidate
def choose() -> ResponseReturnValue:
    candidatures = clients().documents.candidatures(_token())
    return render_page("documents/templates/choix_candidature.html", active="documents", candidatures=candidatures)


@blueprint.get("/documents/<candidature_id>")
@access.candidate
def show(candidature_id: str) -> ResponseReturnValue:
    """« Documents relatifs à ma candidature »"""
    tiles = clients().documents.candidatures(_token())
    tile = next((tile for tile in tiles if tile.id == candidature_id), None)
    if tile is None:
        raise NotFound()
    published = clients().documents.documents(_token(), candidature_id)
    return render_page(
        "documents/templates/documents_de_candidature.html", active="documents", tile=tile, documents=published
    )


@blueprint.get("/documents/fichier/<document_id>")
@access.candidate
def file(document_id: str) -> ResponseReturnValue:
    answer = streamed_response(clients().documents.file(_token(), document_id, save="enregistrer" in request.args))
    _mark_opened(document_id)
    return answer


@blueprint.get("/documents/page/<document_id>")
@access.candidate
def html(document_id: str) -> ResponseReturnValue:
    """« Version accessible »: the same document as an HTML page."""
    answer = streamed_response(clients().documents.html_page(_token(), document_id))
    _mark_opened(document_id)
    return answer


@blueprint.get("/documents/<candidature_id>/confirmation")
@access.candidate
def confirmation(candidature_id: str) -> ResponseReturnValue:
    """« Visualiser/Imprimer »"""
    return streamed_response(clients().documents.confirmation(_token(), candidature_id))


@blueprint.get("/documents/<candidature_id>/formulaire/<code>")
@access.candidate
def form(candidature_id: str, code: str) -> ResponseReturnValue:
    """A PDF form with the candidate's data, to be completed by hand."""
    return streamed_response(clients().documents.filled_form(_token(), candidature_id, code))


@blueprint.get("/formulaires")
@access.candidate
def forms() -> ResponseReturnValue:
    """« Les formulaires »: what each exam offers, or its sentence that it offers none."""
    tiles = clients().registrations.candidatures(_token())
    offered = [(tile, clients().registrations.offered_forms(_token(), tile.id)) for tile in tiles]
    return render_page("documents/templates/formulaires.html", active="formulaires", offered=offered)


def _mark_opened(document_id: str) -> None:
    """Remove the document from the list of unread ones; after a failure it stays there."""
    with suppress(DomainError), optional_calls():
        clients().documents.mark_opened(_token(), document_id)


def _token() -> str:
    return visitor.required().access_token
