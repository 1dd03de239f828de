"""The state (etag, deposit) in which pieces were last looked at here: a decision is about what was seen, nothing newer.

A small file of the user's own; it holds identifiers alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from portail.connection import state_folder, write_private
from portail.output import Item

AT_MOST = 500  # pieces; the oldest are dropped


@dataclass(frozen=True)
class SeenPiece:
    etag: str
    deposit_id: str | None


def seen(piece: Item) -> SeenPiece:
    """The state of a piece of the API."""
    deposit = piece["deposit"]
    return SeenPiece(piece["etag"], deposit["id"] if deposit else None)


def remember(piece: Item) -> None:
    """Note that the user was shown this state of a piece."""
    known = _read()
    known.pop(piece["id"], None)
    state = seen(piece)
    known[piece["id"]] = [state.etag, state.deposit_id]
    write_private(_file(), json.dumps(dict(list(known.items())[-AT_MOST:])))


def last_seen(piece_id: str) -> SeenPiece | None:
    state = _read().get(piece_id)
    return SeenPiece(str(state[0]), state[1]) if state else None


def _file() -> Path:
    return state_folder() / "pieces.json"


def _read() -> dict[str, list[str | None]]:
    """What cannot be read counts as nothing: the user looks at the piece again."""
    try:
        content = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
