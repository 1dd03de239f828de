"""Hands documents out to their owner: from the store, or made on the spot where that cannot be.

Whoever asks for what is unknown, hidden or someone else's gets NotFound, always the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import structlog

from services.chassis.errors import NotFound, Unavailable
from services.contracts.registrations import RegistrationSaved
from services.documents import queries
from services.documents.domain.filenames import filename
from services.documents.domain.types import AUTOMATIC, DocumentType
from services.documents.models import Candidature, Document
from services.documents.operations.copies import keep_version_now
from services.documents.operations.drawing import drawn_once, rendered
from services.documents.operations.printshop import digest_of, printed
from services.documents.parts import Parts
from services.documents.rendering.formulaire import form_offered, formulaire
from services.documents.rendering.printing import Rendered
from services.objects import ObjectMissing, StoreUnavailable

log = structlog.get_logger()


class Form(StrEnum):
    """The two forms of every document."""

    PDF = "pdf"
    HTML = "html"

    @property
    def content_type(self) -> str:
        return "application/pdf" if self is Form.PDF else "text/html; charset=utf-8"


@dataclass(frozen=True)
class File:
    """Bytes to send, and the name under which they are saved."""

    content: bytes
    filename: str
    form: Form


def document_file(parts: Parts, candidate_id: str, document_id: str, form: Form) -> File:
    """A document of the candidate. Raises NotFound; Unavailable if only the store has it and does not answer."""
    document, copy = queries.own_document(candidate_id, document_id)
    content = _stored(parts, document, form) or _made_again(parts, document, form)
    name = filename(document.label, copy.session_label, version=document.version, extension=form)
    return File(content, name, form)


def confirmation_file(parts: Parts, candidate_id: str, candidature_id: str, version: int | None, form: Form) -> File:
    """The confirmation of a version (None: the current one), at once, whatever has not come or is down.

    Raises NotFound; Unavailable if nothing is known here of that version and registrations does not answer.
    """
    event = _version(parts, candidate_id, candidature_id, version)
    kind = DocumentType.CONFIRMATION
    paper = drawn_once(kind, event, parts.letterhead)
    if isinstance(paper, Document):
        content = _stored(parts, paper, form) or _form(rendered(kind, event, parts.letterhead), form)
    else:
        content = _form(paper, form)
    return File(content, filename(kind.label, event.session.label, version=event.version, extension=form), form)


def form_file(parts: Parts, candidate_id: str, candidature_id: str, code: str, form: Form) -> File:
    """A form that the candidature may fill in, with what its current version says. Raises as confirmation_file."""
    event = _version(parts, candidate_id, candidature_id, None)
    keep_version_now(event)
    offered = form_offered(event, code)
    if offered is None:
        raise NotFound()
    made = printed(formulaire(event, offered, parts.letterhead), "formulaire", candidature_id)
    return File(_form(made, form), filename(offered.title, event.session.label, version=None, extension=form), form)


def _version(parts: Parts, candidate_id: str, candidature_id: str, version: int | None) -> RegistrationSaved:
    """The version asked for, from our copy or from registrations, whose current one may be ahead of our copy."""
    copy = queries.own_copy_or_none(candidate_id, candidature_id)
    known = queries.saved_version(candidature_id, version) if copy and version else None
    if known is not None:
        return known
    try:
        event = parts.registrations.version(candidature_id, version)
    except Unavailable:
        if copy is None or version is not None:
            raise
        return _current(copy)
    if event is None or event.candidate_id != candidate_id or queries.is_withdrawn(event):
        raise NotFound()
    return event


def _current(copy: Candidature) -> RegistrationSaved:
    event = queries.saved_version(copy.id, copy.version)
    if event is None:
        raise NotFound()
    return event


def _stored(parts: Parts, document: Document, form: Form) -> bytes | None:
    """The bytes as they were kept, or None if the store has them no more, changed, or does not answer."""
    pdf, html = (document.pdf_key, document.pdf_sha256), (document.html_key, document.html_sha256)
    key, sha256 = pdf if form is Form.PDF else html
    try:
        content = parts.store.read(key)
    except (ObjectMissing, StoreUnavailable) as absence:
        log.warning("document_not_in_store", document_id=document.id, reason=type(absence).__name__)
        return None
    if digest_of(content).sha256 != sha256:
        log.error("document_changed_in_store", document_id=document.id)
        return None
    return content


def _made_again(parts: Parts, document: Document, form: Form) -> bytes:
    kind = DocumentType(document.type)
    event = queries.saved_version(document.candidature_id, document.version) if kind in AUTOMATIC else None
    if event is None:
        raise Unavailable("Ce document n'est pas disponible pour le moment.")
    return _form(rendered(kind, event, parts.letterhead), form)


def _form(made: Rendered, form: Form) -> bytes:
    return made.pdf if form is Form.PDF else made.html
