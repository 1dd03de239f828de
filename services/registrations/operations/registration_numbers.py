"""Reserves N° candidat, each the next of its school year and académie.

How a number is composed is in domain/registration_numbers.
"""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session as DbSession

from services.registrations.domain import registration_numbers
from services.registrations.models import Candidate, NumberCounter
from services.registrations.operations.candidates import insert_if_absent
from services.registrations.queries.catalogue import OpeningView


def reserve_numero(session: DbSession, candidate: Candidate, view: OpeningView) -> str:
    """The candidate's N° candidat: the existing one, or the next of the school year and académie."""
    if candidate.numero_candidat is None:
        key = {"school_year": registration_numbers.school_year(view.session.year), "academie": view.opening.academie}
        insert_if_absent(session, NumberCounter, **key, last=0)
        raised = update(NumberCounter).filter_by(**key).values(last=NumberCounter.last + 1)
        sequence = session.scalars(raised.returning(NumberCounter.last)).one()
        candidate.numero_candidat = registration_numbers.numero_candidat(
            view.session.year, view.opening.academie, sequence
        )
    return candidate.numero_candidat
