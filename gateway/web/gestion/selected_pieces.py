"""What the box of a piece in the list posts: the piece, its file and its state as the gestionnaire saw them."""

from __future__ import annotations

from services.contracts.api.staff_pieces import StaffPiece

NO_DEPOSIT = "-"
DATE_FIELDS = ("received_on", "resubmit_until")
"""Dates of a decision, by the names of the API."""


def posted_value(piece: StaffPiece) -> str:
    return f"{piece.id} {piece.deposit.id if piece.deposit else NO_DEPOSIT} {piece.etag}"


def read_value(value: str) -> dict[str, str | None] | None:
    """The members of a control by the names of the API, None for a value that no page of ours holds."""
    parts = value.split(" ")
    if len(parts) != 3:
        return None
    piece_id, deposit_id, etag = parts
    return {"piece_id": piece_id, "deposit_id": None if deposit_id == NO_DEPOSIT else deposit_id, "if_match": etag}
