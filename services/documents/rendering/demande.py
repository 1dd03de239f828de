"""« Demande de pièces justificatives »: what to deposit, by deadline and regroupement (guide §10)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from services.chassis import french
from services.contracts.document_rules import DocumentType
from services.contracts.registrations import PieceAsked, RegistrationSaved
from services.documents.rendering.document_head import head_of
from services.documents.rendering.sheet import Banner, Block, Field, Fields, Letterhead, Paragraphs, Sheet, Table

_COLUMNS = ("Pièce", "Caractère", "Formats acceptés")
_WIDTHS = (45, 12, 43)
_NO_PIECE = "Aucune pièce justificative n'est demandée pour cette candidature."
_FORM_TO_FILL_IN = "formulaire à compléter"


def demande(event: RegistrationSaved, letterhead: Letterhead) -> Sheet:
    """The pieces that this version asks for; with none it says so."""
    blocks: list[Block] = [candidature_fields(event)]
    if event.demande_text:
        blocks.append(Paragraphs(event.demande_text))
    blocks += _pieces(event.pieces) if event.pieces else [Paragraphs((_NO_PIECE,))]
    return Sheet(
        name=DocumentType.DEMANDE.label,
        letterhead=letterhead,
        head=head_of(event, DocumentType.DEMANDE.label.upper(), with_version=True),
        blocks=tuple(blocks),
        author=event.academie.label,
    )


def candidature_fields(event: RegistrationSaved) -> Fields:
    """What the candidature is, on papers about its pieces."""
    confirmation = event.confirmation
    answers = (
        ("Spécialité", confirmation.specialite),
        ("Catégorie du Candidat", confirmation.categorie),
        ("Etablissement", confirmation.etablissement),
    )
    rows = tuple(((Field(label, value),),) for label, value in answers if value)
    return Fields(rows, heading="Candidature")


def _pieces(pieces: Iterable[PieceAsked]) -> list[Block]:
    """Deadlines in time order, regroupements and pieces in the order of the event."""
    blocks: list[Block] = []
    by_deadline = sorted(pieces, key=_period)
    for period, asked in groupby(by_deadline, key=_period):
        blocks.append(Banner(period_sentence(*period)))
        blocks += _groups(list(asked))
    return blocks


def _period(piece: PieceAsked) -> tuple[datetime, datetime]:
    closes, opens = (datetime.fromisoformat(text) for text in (piece.deposit_closes, piece.deposit_opens))
    return closes, opens


def period_sentence(closes: datetime, opens: datetime) -> str:
    """The guide's sentence; `closes` is exclusive and midnight is shown as 23:59 of the day before."""
    end = french.shown_end(closes)
    end_text = f"{french.weekday_date(end)} {french.time_of_day(end)}"
    return f"A déposer en ligne entre le {french.weekday_date(opens)} et le {end_text} (heure/Paris)"


def _groups(pieces: list[PieceAsked]) -> list[Table]:
    labels = dict.fromkeys(piece.group_label for piece in pieces)
    return [_table(label, [piece for piece in pieces if piece.group_label == label]) for label in labels]


def _table(label: str, pieces: list[PieceAsked]) -> Table:
    return Table(label, _COLUMNS, tuple(map(_row, pieces)), _WIDTHS)


def _row(piece: PieceAsked) -> tuple[str, ...]:
    name = f"{piece.code} : {piece.label}" + (f" ({_FORM_TO_FILL_IN})" if piece.form else "")
    formats = ", ".join(extension.upper() for extension in piece.formats)
    return name, "Obligatoire" if piece.required else "Facultative", formats
