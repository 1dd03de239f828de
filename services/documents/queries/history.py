"""« Historique » of a candidature: documents made or published, opened, withdrawn."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.contracts.api.history import Event, History, newest_first
from services.contracts.document_rules import AUTOMATIC_TYPES
from services.documents.models import Candidature, Document


def history(transaction: Session, candidate_id: str, candidature_id: str) -> History:
    """Return what documents knows to have happened to a candidature in any state.

    Nothing of one that has not been heard of, or is someone else's.
    """
    of_candidature = select(Document).join(Candidature, Candidature.id == Document.candidature_id)
    own = of_candidature.where(
        Candidature.id == candidature_id, Candidature.candidate_id == candidate_id
    )
    rows = transaction.scalars(own.order_by(Document.version, Document.edition))
    return History(events=newest_first([event for row in rows for event in _events_of(row)]))


def _events_of(row: Document) -> Iterator[Event]:
    title = row.label
    version = row.printed_version
    if version and row.edition > 1:
        title = f"{row.label}, édition {row.edition}"
    is_automatic = row.type in AUTOMATIC_TYPES
    yield Event(
        at=row.published_at,
        act="document.made" if is_automatic else "document.published",
        author="service" if is_automatic else "staff",
        title=title,
        version=version,
    )
    if row.opened_at:
        yield Event(
            at=row.opened_at,
            act="document.opened",
            author="candidate",
            title=title,
            version=version,
        )
    if row.withdrawn_at:
        yield Event(
            at=row.withdrawn_at,
            act="document.withdrawn",
            author="staff",
            title=title,
            version=version,
            text=row.withdrawal_reason if row.is_reason_shown else None,
        )
