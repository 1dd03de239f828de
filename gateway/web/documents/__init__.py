"""« Mes documents » and « Les formulaires » (guide §8, §9)."""

from contextlib import suppress

from flask import request
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.clients.base import optional_calls
from gateway.pages import render_page
from gateway.sessions import visitor
from gateway.web.shown_states import document_mark
from services.chassis.errors import DomainError, found
from services.contracts.api import documents as api
from services.contracts.api.registrations import list_candidatures, list_forms

blueprint = access.Pages("documents", __name__)
blueprint.add_app_template_filter(document_mark)


@blueprint.get("/documents", who=access.CANDIDATE)
def choose() -> ResponseReturnValue:
    candidatures = visitor.call(api.list_candidatures).candidatures
    return render_page(
        "choix_candidature.html",
        candidatures=candidatures,
        shows="documents.show",
        lead="Choisissez la candidature dont vous voulez voir les documents.",
        nothing="Vous n'avez pas encore de document. Ils apparaissent ici après l'enregistrement d'une candidature.",
    )


@blueprint.get("/documents/<candidature_id>", who=access.CANDIDATE)
def show(candidature_id: str) -> ResponseReturnValue:
    """« Documents relatifs à ma candidature »"""
    tiles = visitor.call(api.list_candidatures).candidatures
    tile = found(next((tile for tile in tiles if tile.id == candidature_id), None))
    published = visitor.call(api.list_documents, candidature_id=candidature_id).documents
    return render_page("documents/templates/documents_de_candidature.html", tile=tile, documents=published)


@blueprint.get("/documents/fichier/<document_id>", who=access.CANDIDATE)
def file(document_id: str) -> ResponseReturnValue:
    answer = visitor.stream(api.read_pdf, query={"save": "enregistrer" in request.args}, document_id=document_id)
    _mark_opened(document_id)
    return answer


@blueprint.get("/documents/page/<document_id>", who=access.CANDIDATE)
def html(document_id: str) -> ResponseReturnValue:
    """« Version accessible »: the same document as an HTML page."""
    answer = visitor.stream(api.read_html, document_id=document_id)
    _mark_opened(document_id)
    return answer


@blueprint.get("/documents/<candidature_id>/confirmation", who=access.CANDIDATE)
def confirmation(candidature_id: str) -> ResponseReturnValue:
    """« Visualiser/Imprimer »"""
    return visitor.stream(api.read_confirmation, candidature_id=candidature_id)


@blueprint.get("/documents/<candidature_id>/formulaire/<code>", who=access.CANDIDATE)
def form(candidature_id: str, code: str) -> ResponseReturnValue:
    """A PDF form with the candidate's data, to be completed by hand."""
    return visitor.stream(api.read_form, candidature_id=candidature_id, code=code)


@blueprint.get("/formulaires", who=access.CANDIDATE)
def forms() -> ResponseReturnValue:
    """« Les formulaires »: what each exam offers, or its sentence that it offers none."""
    tiles = visitor.call(list_candidatures).candidatures
    offered = [(tile, visitor.call(list_forms, candidature_id=tile.id)) for tile in tiles]
    return render_page("documents/templates/formulaires.html", offered=offered)


def _mark_opened(document_id: str) -> None:
    """Remove the document from the list of unread ones; after a failure it stays there."""
    with suppress(DomainError), optional_calls():
        visitor.call(api.mark_opened, document_id=document_id)
