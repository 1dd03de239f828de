"""For whom an exam office may publish: the candidatures of given numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.documents.domain.publisher import Publisher
from services.documents.domain.recipients import Activity, Recipients, Scope
from services.documents.domain.recipients import Candidature as Recipient
from services.documents.models import Candidature, Withdrawal, db
from services.documents.queries.candidatures import WITHDRAWAL_JOIN, end_of

_PAGE = 500  # numbers looked for by one statement


def recipients_of(scope: Scope, publisher: Publisher, numeros: Collection[str]) -> Recipients:
    """What is known of these N° candidat within the publisher's académies, whatever their exam and session. Of others
    not even whether there are such: a file of numbers would be a way to ask."""
    wanted = sorted(numeros)
    with db.reading_for_staff() as session:
        pages = (wanted[start : start + _PAGE] for start in range(0, len(wanted), _PAGE))
        return Recipients(scope, [item for page in pages for item in _of_numeros(session, publisher, page)])


def recipient_of(session: Session, candidature_id: str) -> Recipient | None:
    """One candidature as it is now; None if it is gone."""
    rows = session.execute(_select().where(Candidature.id == candidature_id))
    return next((_recipient(candidature, withdrawal) for candidature, withdrawal in rows), None)


def _of_numeros(session: Session, publisher: Publisher, numeros: Collection[str]) -> Iterator[Recipient]:
    statement = _select().where(Candidature.numero_candidat.in_(numeros))
    if publisher.academies is not None:
        statement = statement.where(Candidature.academie_code.in_(publisher.academies))
    rows = session.execute(statement)
    return (_recipient(candidature, withdrawal) for candidature, withdrawal in rows)


def _select() -> Select[Candidature, Withdrawal]:
    return select(Candidature, Withdrawal).outerjoin(Withdrawal, WITHDRAWAL_JOIN)


def _recipient(candidature: Candidature, withdrawal: Withdrawal | None) -> Recipient:
    return Recipient(
        candidature.id,
        candidature.numero_candidat,
        candidature.numero_inscription,
        candidature.exam_label,
        candidature.session_label,
        candidature.academie_code,
        _activity(candidature, withdrawal),
    )


def _activity(candidature: Candidature, withdrawal: Withdrawal | None) -> Activity:
    end = end_of(withdrawal)
    if end is None or not end.covers(candidature.version):
        return Activity.ACTIVE
    return Activity.ECARTEE if end.ecartee else Activity.WITHDRAWN
