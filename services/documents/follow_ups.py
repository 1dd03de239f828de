"""What documents does after a commit, outside any transaction: create documents, tried for about a
day, then parked."""

from collections.abc import Mapping

from services.chassis.errors import Unavailable
from services.chassis.events import Envelope
from services.chassis.tasks.registry import Channel, ChannelUnavailable
from services.contracts.base import read
from services.documents.dependencies import dependencies
from services.documents.domain.work import (
    ChunkToPublish,
    DocumentsToMake,
    DocumentToPublish,
    ReminderToMake,
    SendingToCheck,
)
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

Data = Mapping[str, object]
"""What a follow-up was asked with: one of the dataclasses of `domain/work.py`."""


@registry.follow_up(MAKE_REMINDER, DOCUMENTS)
def make_reminder_document(data: Data, _: Envelope) -> None:
    make_reminder(dependencies(), read(ReminderToMake, data))


@registry.follow_up(PUBLISH_DOCUMENT, PUBLICATIONS)
def publish_ordered_document(data: Data, _: Envelope) -> None:
    work = read(DocumentToPublish, data)
    publish_document(dependencies(), work.publication_id, work.candidature_id)


@registry.follow_up(MAKE_EDITION, EDITIONS)
@registry.follow_up(MAKE_DOCUMENTS, DOCUMENTS)
def make(data: Data, _: Envelope) -> None:
    """Create what is missing of a version's automatic documents, or of some types of them."""
    work = read(DocumentsToMake, data)
    create_automatic_documents(dependencies(), work.candidature_id, work.version, work.types)


@registry.follow_up(PUBLISH_CHUNK, PUBLICATIONS)
def publish_import_chunk(data: Data, _: Envelope) -> None:
    """Publish a chunk of an import; while the store is down the channel waits, and no attempt is
    counted."""
    work = read(ChunkToPublish, data)
    try:
        publish_chunk(dependencies(), work.import_id, work.first, work.last)
    except StoreUnavailable as error:
        raise ChannelUnavailable("the object store does not answer") from error


@registry.follow_up(CHECK_SENDING, SENDINGS)
def check(data: Data, _: Envelope) -> None:
    """Check PDFs that an exam office sent; while the store is down the channel waits, and no
    attempt is counted."""
    work = read(SendingToCheck, data)
    try:
        check_sending(dependencies(), work.sending_id)
    except (StoreUnavailable, Unavailable) as error:
        raise ChannelUnavailable("the object store does not answer") from error
