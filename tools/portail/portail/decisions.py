"""Decisions on pieces: their French words, their form in the API, and what to believe when an answer was lost.

A decision is about what was seen, nothing newer: a small file of the user's own holds the state (etag, deposit) in
which pieces were last looked at here; it holds identifiers alone.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from portail.api import Api, segment
from portail.connection import state_folder, write_private
from portail.failures import ExitCode, Failure
from portail.output import Item

STATUSES = {"recue": "received", "conforme": "compliant", "non-conforme": "non_compliant"}
"""The user's word → the API's code."""
CHANGED = 412
"""The piece is no longer in the state of If-Match."""
SEEN_AT_MOST = 500  # pieces; the oldest are dropped


@dataclass(frozen=True)
class SeenPiece:
    etag: str
    deposit_id: str | None


@dataclass(frozen=True)
class Decision:
    """`received_on`, `resubmit_until`: days, AAAA-MM-JJ."""

    status: str
    comment: str | None = None
    received_on: str | None = None
    resubmit_until: str | None = None

    def body(self, seen: SeenPiece) -> dict[str, Any]:
        """As the API takes it, for a piece in the state that was seen."""
        return {**asdict(self), "deposit_id": seen.deposit_id}


def status_of(word: str) -> str:
    """The API's code of what a user typed: « Non Conforme », « recue », « reçue ». Raises Failure."""
    folded = word.strip().lower().replace("ç", "c").replace(" ", "-").replace("_", "-")
    if folded not in STATUSES:
        raise Failure(f"« {word} » n'est pas une décision : {', '.join(STATUSES)}.", ExitCode.USAGE)
    return STATUSES[folded]


def piece_path(piece_id: str) -> str:
    """Where the API has a piece. Raises Failure for what is no id."""
    return f"/pieces/v1/pieces/{segment(piece_id)}"


def decide(api: Api, piece_id: str, seen: SeenPiece, decision: Decision) -> Item:
    """Carry out a decision; returns the piece as it then is. Raises Failure, also where the piece has changed.

    A call whose answer was lost is repeated; if the piece has changed then, by just this decision, it is done.
    """
    path, headers = piece_path(piece_id), {"If-Match": seen.etag}
    try:
        return dict(api.call("POST", f"{path}/control", json=decision.body(seen), headers=headers).json())
    except Failure as failure:
        if failure.status != CHANGED or not is_carried_out(piece := api.read(path), seen, decision):
            raise
        return dict(piece)


def is_carried_out(piece: Mapping[str, Any], seen: SeenPiece, decision: Decision) -> bool:
    """Whether the last control of a piece (with its history) is this decision on this file, and still counts."""
    controls, deposit = piece["history"]["controls"], piece["deposit"]
    if not controls or (deposit["id"] if deposit else None) != seen.deposit_id or piece["status"] != decision.status:
        return False
    last = controls[-1]
    return (last["deposit_id"], last["status"], last["comment"], last["received_on"]) == (
        seen.deposit_id,
        decision.status,
        (decision.comment or "").strip() or None,
        decision.received_on,
    )


def remember(piece: Item) -> None:
    """Note that the user was shown this state of a piece."""
    known = _read()
    known.pop(piece["id"], None)
    deposit = piece["deposit"]
    known[piece["id"]] = [piece["etag"], deposit["id"] if deposit else None]
    write_private(_file(), json.dumps(dict(list(known.items())[-SEEN_AT_MOST:])))


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
