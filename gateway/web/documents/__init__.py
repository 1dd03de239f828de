"""« Mes documents » and « Les formulaires » (guide §8, §9)."""

from functools import partial

from flask import Response, request
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.clients.base import optional_answer
from gateway.pages import render_page
from gateway.sessions import visitor
from gateway.web.documents.shown_documents import ShownDocuments
from gateway.web.own_candidatures import NOT_ANSWERING, read_registered
from gateway.web.shown_states import document_mark
from services.chassis.errors import DomainError, NotFound, found
from services.contracts.api import documents as api
from services.contracts.api.documents import ListedDocument
from services.contracts.api.operation import Request
from services.contracts.api.registrations import list_candidatures, list_forms

blueprint = access.Pages("documents", __name__)
blueprint.add_app_template_filter(document_mark)


@blueprint.get("/documents", who=access.CANDIDATE)
def choose() -> ResponseReturnValue:
    registered = read_registered()
    copies = visitor.call(api.list_candidatures()).candidatures
    return render_page(
        "choix_candidature.html",
        candidatures=registered.with_documents(copies),
        missing=None if registered.is_known else NOT_ANSWERING,
        shows="documents.show",
        lead="Choisissez la candidature dont vous voulez voir les documents.",
        nothing=(
            "Vous n'avez pas encore de document. Ils apparaissent ici après l'enregistrement d'une "
            "candidature."
        ),
    )


@blueprint.get("/documents/<candidature_id>", who=access.CANDIDATE)
def show(candidature_id: str) -> ResponseReturnValue:
    """« Documents relatifs à ma candidature »"""
    registered = read_registered()
    own = registered.with_documents(visitor.call(api.list_candidatures()).candidatures)
    candidature = found(next((item for item in own if item.id == candidature_id), None))
    return render_page(
        "documents/templates/documents_de_candidature.html",
        candidature=candidature,
        papers=ShownDocuments(_documents_of(candidature_id), candidature.version),
    )


def _documents_of(candidature_id: str) -> tuple[ListedDocument, ...]:
    """List the documents of a candidature; none where documents has not heard of it yet."""
    try:
        return visitor.call(api.list_documents(candidature_id)).documents
    except DomainError as unknown:
        if unknown.http_status != NotFound.problem.status:
            raise
        return ()


@blueprint.get("/documents/fichier/<document_id>", who=access.CANDIDATE)
def file(document_id: str) -> ResponseReturnValue:
    query = {"save": "enregistrer" in request.args}
    return _opened(document_id, api.read_pdf(document_id, query=query))


@blueprint.get("/documents/page/<document_id>", who=access.CANDIDATE)
def html(document_id: str) -> ResponseReturnValue:
    """« Version accessible »: the same document as an HTML page."""
    return _opened(document_id, api.read_html(document_id))


@blueprint.get("/documents/<candidature_id>/confirmation", who=access.CANDIDATE)
def confirmation(candidature_id: str) -> Response:
    """« Visualiser/Imprimer »"""
    return visitor.stream(api.read_confirmation(candidature_id))


@blueprint.get("/documents/<candidature_id>/formulaire/<code>", who=access.CANDIDATE)
def form(candidature_id: str, code: str) -> Response:
    return visitor.stream(api.read_form(candidature_id, code))


@blueprint.get("/formulaires", who=access.CANDIDATE)
def forms() -> ResponseReturnValue:
    """« Les formulaires »: what each exam offers, or its sentence that it offers none."""
    tiles = visitor.call(list_candidatures()).candidatures
    offered = [(tile, visitor.call(list_forms(tile.id))) for tile in tiles]
    return render_page("documents/templates/formulaires.html", offered=offered)


def _opened(document_id: str, reading: Request[bytes]) -> Response:
    """Return the document, which leaves the list of unread ones; after a failure to say so it stays
    there."""
    answer = visitor.stream(reading)
    optional_answer(partial(visitor.call, api.mark_opened(document_id)), None)
    return answer
