"""What documents does after a commit, outside any transaction: create documents, tried for about a
day, then parked."""

from typing import Any

from services.chassis.errors import Unavailable
from services.chassis.events import Envelope
from services.chassis.tasks.registry import Channel, ChannelUnavailable
from services.contracts.document_rules import AUTOMATIC_TYPES, DocumentType
from services.documents.dependencies import dependencies
from services.documents.handlers import registry
from services.documents.operations.automatic_documents import (
    MAKE_REMINDER,
    create_automatic_documents,
    make_reminder,
)
from services.documents.operations.candidature_copies import MAKE_DOCUMENTS, MAKE_EDITION
from services.documents.operations.import_files import check_sending
from services.documents.operations.import_publication import PUBLISH_CHUNK, publish_chunk
from services.documents.operations.imports import CHECK_SENDING
from services.documents.operations.publishing import PUBLISH_DOCUMENT, publish_document
from services.objects import StoreUnavailable

__all__ = ["registry"]  # with the follow-ups below on it

DOCUMENTS = Channel("documents")
# What exam offices publish, thousands at a time, in a thread of its own: nobody's confirmation
# waits behind it.
PUBLICATIONS = Channel("publications", seconds=300.0)
# PDFs of exam offices to be looked into: SENDING_SECONDS of a processor that others share, and
# hundreds to store.
SENDINGS = Channel("sendings", seconds=600.0)
# Made again since dates have moved, thousands at a time: what was just saved does not wait behind
# them.
EDITIONS = Channel("editions")

registry.follow_up(MAKE_REMINDER, DOCUMENTS)(lambda data, _: make_reminder(dependencies(), data))
registry.follow_up(PUBLISH_DOCUMENT, PUBLICATIONS)(
    lambda data, _: publish_document(dependencies(), data["publication_id"], data["candidature_id"])
)


@registry.follow_up(MAKE_EDITION, EDITIONS)
@registry.follow_up(MAKE_DOCUMENTS, DOCUMENTS)
def make(data: dict[str, Any], envelope: Envelope) -> None:
    """Create what is missing of a version's automatic documents, or of these `types` of them."""
    types = [DocumentType(type) for type in data.get("types", AUTOMATIC_TYPES)]
    create_automatic_documents(
        dependencies(), str(data["candidature_id"]), int(data["version"]), types
    )


@registry.follow_up(PUBLISH_CHUNK, PUBLICATIONS)
def publish_import_chunk(data: dict[str, Any], envelope: Envelope) -> None:
    """Publish a chunk of an import; while the store is down the channel waits, and no attempt is
    counted."""
    try:
        publish_chunk(dependencies(), str(data["import_id"]), int(data["first"]), int(data["last"]))
    except StoreUnavailable as error:
        raise ChannelUnavailable("the object store does not answer") from error


@registry.follow_up(CHECK_SENDING, SENDINGS)
def check(data: dict[str, Any], envelope: Envelope) -> None:
    """Check PDFs that an exam office sent; while the store is down, as above."""
    try:
        check_sending(dependencies(), str(data["sending_id"]))
    except (StoreUnavailable, Unavailable) as error:
        raise ChannelUnavailable("the object store does not answer") from error
