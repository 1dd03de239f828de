"""Many decisions from a CSV. What became of each line is in a report beside it, so that a broken run is resumed.

Lines that the report calls done are not sent again. The others are, with the etag of their line: one that was carried
out just before the break is recognised by what the piece then is.
"""

import csv
import hashlib
import io
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import requests

from portail.api import Api, segment
from portail.decisions import CHANGED, Decision, SeenPiece, is_carried_out, piece_path, status_of
from portail.failures import ExitCode, Failure
from portail.output import BYTE_ORDER_MARK, EXPORT_DELIMITER, safe_cell

IDENTIFIERS = ("piece_id", "etag", "depot_id")
DECISION_COLUMNS = ("decision", "commentaire", "recue_le", "a_renvoyer_jusqu_au")
REPORT_COLUMNS = ("ligne", "piece_id", "empreinte", "resultat", "detail")
DONE, REFUSED, POSTPONED = "fait", "refusé", "à reprendre"
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
        text = json.dumps([self.piece_id, asdict(self.seen), asdict(self.decision)], ensure_ascii=False)
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
        raise Failure(f"Colonnes manquantes dans {file.name} : {', '.join(missing)}.", ExitCode.USAGE)
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
    rows = csv.reader(report.read_text(encoding="utf-8-sig").splitlines(), delimiter=EXPORT_DELIMITER)
    return {row[2] for row in rows if len(row) == len(REPORT_COLUMNS) and row[3] == DONE}


def carry_out(api: Api, lines: Sequence[Line], report: Path, advance: Callable[[int], None]) -> list[Outcome]:
    """Send the lines in batches, each outcome on disk before the next one. Raises Failure where the portal stays away.

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
    """Send a batch; lines for which the portal had no room are sent again some times, then left for another run."""
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
        {"piece_id": line.piece_id, "if_match": line.seen.etag, **line.decision.body(line.seen)} for line in batch
    ]
    results = api.call("POST", "/pieces/v1/controls", json={"controls": controls}).json()["results"]
    return [_outcome(api, line, result) for line, result in zip(batch, results, strict=True)]


def _outcome(api: Api, line: Line, answer: dict[str, Any]) -> Outcome:
    status = answer["http_status"]
    if status == 200:
        return Outcome(line, DONE)
    if status == CHANGED and is_carried_out(api.read(piece_path(line.piece_id)), line.seen, line.decision):
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
        day, month, year = map(int, typed.split("/")) if "/" in typed else map(int, reversed(typed.split("-")))
        return date(year, month, day).isoformat()
    except ValueError as error:
        raise Failure(f"{column} : « {typed} » n'est pas une date (AAAA-MM-JJ).", ExitCode.USAGE) from error


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
        return content.decode("cp1252", errors="replace")  # what a spreadsheet saves where UTF-8 is not chosen


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
