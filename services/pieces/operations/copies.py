"""Our copy of candidatures and of what they ask for, kept by registrations' events in whatever order they come."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.contracts.registrations import (
    PieceAsked,
    RegistrationSaved,
    RegistrationWithdrawn,
    WindowChanged,
)
from services.pieces.models import Candidature, Piece, Window, Withdrawal


def renew_pieces(session: Session, event: RegistrationSaved) -> None:
    """Take over a version: its tile and its list of pieces. One that is not newer than what is known changes nothing.

    A piece no longer asked for keeps its row, its file and its history; asked for again, it is as it was.
    """
    copy = session.scalar(select(Candidature).where(Candidature.id == event.candidature_id).with_for_update())
    if copy is not None and event.version <= copy.version:
        return
    known = _pieces_of(session, copy) if copy is not None else {}
    if copy is None:
        copy = Candidature(id=event.candidature_id)
        session.add(copy)
    _renew_tile(copy, event)
    session.flush()
    for position, asked in enumerate(event.pieces):
        row = known.pop(asked.code, None)
        if row is None:
            session.add(Piece(candidature_id=copy.id, code=asked.code, asked=True, **_asked(asked, position)))
        else:
            _change(row, {"asked": True, **_asked(asked, position)})
    for row in known.values():
        _change(row, {"asked": False})


def _pieces_of(session: Session, copy: Candidature) -> dict[str, Piece]:
    return {row.code: row for row in session.scalars(select(Piece).filter_by(candidature_id=copy.id))}


def hide(session: Session, event: RegistrationWithdrawn) -> None:
    """Leave a tombstone, whether the candidature's own event has come or not."""
    tombstone = session.get(Withdrawal, event.candidature_id, with_for_update=True)
    if tombstone is None:
        tombstone = Withdrawal(candidature_id=event.candidature_id, version=0)
        session.add(tombstone)
    if event.version > tombstone.version:
        tombstone.version = event.version
        tombstone.withdrawn_at = datetime.fromisoformat(event.withdrawn_at)


def move_period(session: Session, event: WindowChanged) -> None:
    """Keep the newest dates of an opening; readers take them in place of those of any version."""
    key = (event.exam, event.session, event.academie)
    window = session.get(Window, key, with_for_update=True)
    if window is None:
        window = Window(exam_code=event.exam, session_name=event.session, academie_code=event.academie, revision=0)
        session.add(window)
    if event.revision > window.revision:
        window.revision = event.revision
        window.deposit_opens = datetime.fromisoformat(event.deposit_opens)
        window.deposit_closes = datetime.fromisoformat(event.deposit_closes)


def _renew_tile(copy: Candidature, event: RegistrationSaved) -> None:
    copy.candidate_id = event.candidate_id
    copy.version = event.version
    copy.exam_code = event.exam.code
    copy.exam_label = event.exam.label
    copy.session_name = event.session.name
    copy.session_label = event.session.label
    copy.academie_code = event.academie.code
    copy.academie_label = event.academie.label
    copy.specialite = event.confirmation.specialite
    copy.numero_candidat = event.numero_candidat
    copy.numero_inscription = event.numero_inscription
    copy.nom = event.identity.nom_usage or event.identity.nom_famille
    copy.prenoms = event.identity.prenoms
    copy.saved_at = datetime.fromisoformat(event.saved_at)


def _asked(piece: PieceAsked, position: int) -> dict[str, Any]:
    return {
        "label": piece.label,
        "group_code": piece.group_code,
        "group_label": piece.group_label,
        "position": position,
        "required": piece.required,
        "formats": list(piece.formats),
        "form": piece.form,
        "deposit_opens": datetime.fromisoformat(piece.deposit_opens),
        "deposit_closes": datetime.fromisoformat(piece.deposit_closes),
    }


def _change(row: Piece, values: dict[str, Any]) -> None:
    if all(getattr(row, name) == value for name, value in values.items()):
        return
    if values["asked"] != row.asked:
        row.revision += 1
    for name, value in values.items():
        setattr(row, name, value)
