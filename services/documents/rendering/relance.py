"""« Relance de pièces justificatives »: what a candidature lacked at an instant, by deadline and regroupement."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby

from services.chassis import french
from services.contracts import page_labels
from services.contracts.document_rules import DocumentType
from services.contracts.piece_rules import Status
from services.contracts.pieces import MissingGroup, MissingPiece
from services.contracts.registrations import RegistrationSaved
from services.documents.rendering.demande import candidature_fields
from services.documents.rendering.document_head import head_of
from services.documents.rendering.sheet import Banner, Block, Letterhead, Paragraphs, Sheet, Table

_COLUMNS = ("Pièce", "Situation")
_WIDTHS = (55, 45)
_NOT_DEPOSITED = "Non déposée"
_WHAT_TO_DO = (
    f"Déposez ces pièces dans « {page_labels.JUSTIFICATIFS} », puis cliquez sur « {page_labels.VALIDATE} ». "
    "Si vous les avez déposées depuis cette date, ne tenez pas compte de cette relance."
)


def relance(
    event: RegistrationSaved, groups: tuple[MissingGroup, ...], reminded_at: datetime, letterhead: Letterhead
) -> Sheet:
    """What `groups` of this version lacked at `reminded_at`."""
    at = french.short_instant(reminded_at)
    sentence = f"Les pièces justificatives suivantes manquaient à votre dossier le {at} (heure/Paris)."
    return Sheet(
        name=DocumentType.RELANCE.label,
        letterhead=letterhead,
        head=head_of(event, DocumentType.RELANCE.label.upper(), with_version=True),
        blocks=(candidature_fields(event), Paragraphs((sentence, _WHAT_TO_DO)), *_by_deadline(groups)),
        author=event.academie.label,
    )


def _by_deadline(groups: tuple[MissingGroup, ...]) -> list[Block]:
    blocks: list[Block] = []
    for closes, until in groupby(sorted(groups, key=_deadline), key=_deadline):
        end = french.shown_end(closes)
        blocks.append(
            Banner(f"A déposer en ligne jusqu'au {french.weekday_date(end)} {french.time_of_day(end)} (heure/Paris)")
        )
        blocks += [Table(group.label, _COLUMNS, tuple(map(_row, group.pieces)), _WIDTHS) for group in until]
    return blocks


def _deadline(group: MissingGroup) -> datetime:
    return datetime.fromisoformat(group.deposit_closes)


def _row(piece: MissingPiece) -> tuple[str, ...]:
    refused = " : ".join(filter(None, (Status.NON_COMPLIANT.label, piece.comment)))
    return f"{piece.code} : {piece.label}", refused if piece.refused else _NOT_DEPOSITED
