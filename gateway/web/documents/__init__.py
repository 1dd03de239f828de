"""« Mes documents » and « Les formulaires » (guide §8, §9)."""

from __future__ import annotations

from contextlib import suppress

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from gateway import entrances, visitor
from gateway.clients.files import passed_on
from gateway.clients.page_time import optional
from gateway.pages import page
from gateway.services import services
from services.chassis.errors import DomainError, NotFound

blueprint = Blueprint("documents", __name__)


@blueprint.get("/documents")
@entrances.candidates
def choose() -> ResponseReturnValue:
    candidatures = services().documents.candidatures(_token())
    return page("documents/templates/mes_documents.html", active="documents", candidatures=candidatures)


@blueprint.get("/documents/<candidature_id>")
@entrances.candidates
def show(candidature_id: str) -> ResponseReturnValue:
    """« Documents relatifs à ma candidature »"""
    tiles = services().documents.candidatures(_token())
    tile = next((tile for tile in tiles if tile.id == candidature_id), None)
    if tile is None:
        raise NotFound()
    found = services().documents.documents(_token(), candidature_id)
    return page("documents/templates/documents.html", active="documents", tile=tile, documents=found)


@blueprint.get("/documents/fichier/<document_id>")
@entrances.candidates
def file(document_id: str) -> ResponseReturnValue:
    answer = passed_on(services().documents.file(_token(), document_id, save="enregistrer" in request.args))
    _note_opened(document_id)
    return answer


@blueprint.get("/documents/page/<document_id>")
@entrances.candidates
def html(document_id: str) -> ResponseReturnValue:
    """The same document as a page that a screen reader can read."""
    answer = passed_on(services().documents.html(_token(), document_id))
    _note_opened(document_id)
    return answer


@blueprint.get("/documents/<candidature_id>/confirmation")
@entrances.candidates
def confirmation(candidature_id: str) -> ResponseReturnValue:
    """« Visualiser/Imprimer »"""
    return passed_on(services().documents.confirmation(_token(), candidature_id))


@blueprint.get("/documents/<candidature_id>/formulaire/<code>")
@entrances.candidates
def form(candidature_id: str, code: str) -> ResponseReturnValue:
    """A form with the candidate's data, to be completed by hand."""
    return passed_on(services().documents.form(_token(), candidature_id, code))


@blueprint.get("/formulaires")
@entrances.candidates
def forms() -> ResponseReturnValue:
    """« Les formulaires »: what each exam offers, or its sentence that it offers none."""
    tiles = services().registrations.candidatures(_token())
    offered = [(tile, services().registrations.forms(_token(), tile.id)) for tile in tiles]
    return page("documents/templates/formulaires.html", active="formulaires", offered=offered)


def _note_opened(document_id: str) -> None:
    """What was published is no longer to read; that it stays in the list for now holds nobody up."""
    with suppress(DomainError), optional():
        services().documents.opened(_token(), document_id)


def _token() -> str:
    return visitor.required().access_token
