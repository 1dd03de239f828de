"""Decisions on pieces: their French words, their form in the API, and what to believe when an
answer was lost.

A decision is about what was seen, nothing newer: a small file of the user's own holds the state
(etag, deposit) in which pieces were last looked at here; it holds identifiers alone.

Of many decisions from a CSV, what became of each line is in a report beside it. Lines that it calls
done are not sent again; the others are, with the etag of their line: one that was carried out just
before a break is recognised by what the piece then is.
"""

import csv
import hashlib
import io
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import requests

from portail.api import Api, segment
from portail.connection import state_folder, write_private
from portail.failures import ExitCode, Failure
from portail.output import BYTE_ORDER_MARK, EXPORT_DELIMITER, Item, safe_cell

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
    """The API's code of what a user typed: « Non Conforme », « recue », « reçue ». Raises
    Failure."""
    folded = word.strip().lower().replace("ç", "c").replace(" ", "-").replace("_", "-")
    if folded not in STATUSES:
        raise Failure(f"« {word} » n'est pas une décision : {', '.join(STATUSES)}.", ExitCode.USAGE)
    return STATUSES[folded]


def piece_path(piece_id: str) -> str:
    """Where the API has a piece. Raises Failure for what is no id."""
    return f"/pieces/v1/pieces/{segment(piece_id)}"


def decide(api: Api, piece_id: str, seen: SeenPiece, decision: Decision) -> Item:
    """Carry out a decision; returns the piece as it then is. Raises Failure, also where the piece
    has changed.

    A call whose answer was lost is repeated; if the piece has changed then, by just this decision,
    it is done.
    """
    path = piece_path(piece_id)
    headers = {"If-Match": seen.etag}
    try:
        return dict(
            api.call("POST", f"{path}/control", json=decision.body(seen), headers=headers).json()
        )
    except Failure as failure:
        if failure.status != CHANGED:
            raise
        piece = api.read(path)
        if not is_carried_out(piece, seen, decision):
            raise
        return dict(piece)


def is_carried_out(piece: Mapping[str, Any], seen: SeenPiece, decision: Decision) -> bool:
    """Whether the last control of a piece (with its history) is this decision on this file, and
    still counts."""
    controls = piece["history"]["controls"]
    deposit = piece["deposit"]
    if (
        not controls
        or (deposit["id"] if deposit else None) != seen.deposit_id
        or piece["status"] != decision.status
    ):
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


IDENTIFIERS = ("piece_id", "etag", "depot_id")
DECISION_COLUMNS = ("decision", "commentaire", "recue_le", "a_renvoyer_jusqu_au")
REPORT_COLUMNS = ("ligne", "piece_id", "empreinte", "resultat", "detail")
DONE = "fait"
REFUSED = "refusé"
POSTPONED = "à reprendre"
BATCH = 100  # decisions of a call; the portal takes as many as LONGEST_PAGE
PAUSES = (1.0, 4.0, 15.0)  # seconds


@dataclass(frozen=True)
class Line:
    """A line of the CSV that decides something; `number`: as an editor counts."""

    number: int
    piece_id: str
    seen: SeenPiece
    decision: Decision

    @property
    def digest(self) -> str:
        """What tells it from another decision, or from one on another state of the piece."""
        text = json.dumps(
            [self.piece_id, asdict(self.seen), asdict(self.decision)], ensure_ascii=False
        )
        return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Outcome:
    line: Line
    result: str
    detail: str = ""


def read_lines(file: Path) -> list[Line]:
    """The decisions of a CSV with « ; » or « , »; lines without a decision are passed over.

    Raises Failure with every mistake and its line; then nothing has been sent.
    """
    text = _text_of(file)
    first = text.partition("\n")[0]
    delimiter = EXPORT_DELIMITER if EXPORT_DELIMITER in first else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    missing = [name for name in (*IDENTIFIERS, "decision") if name not in (reader.fieldnames or [])]
    if missing:
        raise Failure(
            f"Colonnes manquantes dans {file.name} : {', '.join(missing)}.", ExitCode.USAGE
        )
    lines: list[Line] = []
    mistakes: list[str] = []
    try:
        for row in reader:
            try:
                lines += _line(reader.line_num, row)
            except Failure as failure:
                mistakes.append(f"  ligne {reader.line_num} : {failure.detail}")
    except csv.Error as error:
        mistakes.append(f"  ligne {reader.line_num} : le CSV n'est pas lisible ({error}).")
    mistakes += _repeated(lines)
    if mistakes:
        raise Failure("\n".join([f"{file.name} : rien n'a été envoyé.", *mistakes]), ExitCode.USAGE)
    return lines


def done_before(report: Path) -> set[str]:
    """The digests of what a report calls done; a last line that was cut off counts for nothing."""
    if not report.exists():
        return set()
    rows = csv.reader(
        report.read_text(encoding="utf-8-sig").splitlines(), delimiter=EXPORT_DELIMITER
    )
    return {row[2] for row in rows if len(row) == len(REPORT_COLUMNS) and row[3] == DONE}


def carry_out(
    api: Api, lines: Sequence[Line], report: Path, advance: Callable[[int], None]
) -> list[Outcome]:
    """Send the lines in batches, each outcome on disk before the next one. Raises Failure where the
    portal stays away.

    `advance` is called with how many lines were settled.
    """
    outcomes: list[Outcome] = []
    _begin_report(report)
    for start in range(0, len(lines), BATCH):
        settled = _send_batch(api, lines[start : start + BATCH])
        _append(report, settled)
        outcomes += settled
        advance(len(settled))
    return outcomes


def _send_batch(api: Api, batch: Sequence[Line]) -> list[Outcome]:
    """Send a batch; lines for which the portal had no room are sent again some times, then left for
    another run."""
    outcomes = {outcome.line: outcome for outcome in _send(api, batch)}
    for pause in PAUSES:
        postponed = [line for line, outcome in outcomes.items() if outcome.result == POSTPONED]
        if not postponed:
            break
        time.sleep(pause)
        outcomes |= {outcome.line: outcome for outcome in _send(api, postponed)}
    return list(outcomes.values())


def _send(api: Api, batch: Sequence[Line]) -> list[Outcome]:
    controls = [
        {"piece_id": line.piece_id, "if_match": line.seen.etag, **line.decision.body(line.seen)}
        for line in batch
    ]
    results = api.call("POST", "/pieces/v1/controls", json={"controls": controls}).json()["results"]
    return [_outcome(api, line, result) for line, result in zip(batch, results, strict=True)]


def _outcome(api: Api, line: Line, answer: dict[str, Any]) -> Outcome:
    status = answer["http_status"]
    if status == 200:
        return Outcome(line, DONE)
    if status == CHANGED and is_carried_out(
        api.read(piece_path(line.piece_id)), line.seen, line.decision
    ):
        return Outcome(line, DONE, "Déjà enregistré.")
    problem = answer["problem"] or {}
    details = [problem.get("detail") or problem.get("title", "")]
    details += [error["detail"] for error in problem.get("errors", [])]
    result = POSTPONED if status == requests.codes.unavailable else REFUSED
    return Outcome(line, result, " ".join(filter(None, details)))


def _line(number: int, row: dict[str, str | None]) -> Iterator[Line]:
    """Raises Failure."""
    cells = {name: (value or "").strip() for name, value in row.items() if isinstance(name, str)}
    if not cells["decision"]:
        return
    if not cells["piece_id"] or not cells["etag"]:
        raise Failure("piece_id et etag sont attendus.", ExitCode.USAGE)
    segment(cells["piece_id"])
    seen = SeenPiece(cells["etag"], cells["depot_id"] or None)
    dates = [_day(name, cells.get(name, "")) for name in DECISION_COLUMNS[2:]]
    decision = Decision(status_of(cells["decision"]), cells.get("commentaire") or None, *dates)
    yield Line(number, cells["piece_id"], seen, decision)


def _day(column: str, typed: str) -> str | None:
    """AAAA-MM-JJ, or JJ/MM/AAAA as spreadsheets write it."""
    if not typed:
        return None
    try:
        day, month, year = (
            map(int, typed.split("/")) if "/" in typed else map(int, reversed(typed.split("-")))
        )
        return date(year, month, day).isoformat()
    except ValueError as error:
        raise Failure(
            f"{column} : « {typed} » n'est pas une date (AAAA-MM-JJ).", ExitCode.USAGE
        ) from error


def _repeated(lines: Sequence[Line]) -> list[str]:
    """Two decisions on one piece: nobody can say which is meant."""
    first: dict[str, int] = {}
    return [
        f"  ligne {line.number} : la pièce est déjà décidée à la ligne {first[line.piece_id]}."
        for line in lines
        if first.setdefault(line.piece_id, line.number) != line.number
    ]


def _text_of(file: Path) -> str:
    content = file.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode(
            "cp1252", errors="replace"
        )  # what a spreadsheet saves where UTF-8 is not chosen


def _begin_report(report: Path) -> None:
    """A cut-off last line is ended, so that the next is whole."""
    if not report.exists() or not report.read_bytes():
        _write(report, BYTE_ORDER_MARK + EXPORT_DELIMITER.join(REPORT_COLUMNS) + "\n")
    elif not report.read_bytes().endswith(b"\n"):
        _write(report, "\n")


def _append(report: Path, outcomes: Sequence[Outcome]) -> None:
    rows = io.StringIO()
    writer = csv.writer(rows, delimiter=EXPORT_DELIMITER, lineterminator="\n")
    for outcome in outcomes:
        line = outcome.line
        detail = safe_cell(outcome.detail.replace("\n", " "))
        writer.writerow([line.number, line.piece_id, line.digest, outcome.result, detail])
    _write(report, rows.getvalue())


def _write(report: Path, text: str) -> None:
    with report.open("a", encoding="utf-8", newline="") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
