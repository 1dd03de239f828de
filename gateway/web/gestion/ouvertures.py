"""« Ouvertures »: the dates of each opening, or of several of a session at once, changed with a reason by an
administrator; what candidates lose by it is read and confirmed first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.pages import render_page
from gateway.posted_forms import (
    INSTANT_EXPECTED,
    INSTANT_HINT,
    posted_text,
    read_end,
    read_instant,
    shown_end_instant,
    shown_here,
    shown_instant,
)
from gateway.service_clients import clients
from gateway.sessions import staff_member
from gateway.web.gestion import blueprint
from services.chassis.errors import DomainError, FieldError, Invalid, NotFound, found
from services.contracts.api import administration as api

MANAGE = "openings:manage"
STATE_LABELS = {"open": "Ouverte", "not_yet": "À venir", "closed": "Fermée"}
STATE_SEVERITIES = {"open": "success", "not_yet": "info", "closed": None}
REFUSALS_SHOWN_HERE = (412, 422)
DATE_LABELS = {
    "opens": "Ouverture des inscriptions",
    "closes": "Fermeture des inscriptions",
    "deposit_opens": "Ouverture du dépôt des pièces",
    "deposit_closes": "Fermeture du dépôt des pièces",
}
TO_CONFIRM = "Cochez cette case pour confirmer."
_ENDS = ("closes", "deposit_closes")


@blueprint.get("/ouvertures")
@access.staff(MANAGE)
def list_openings() -> ResponseReturnValue:
    openings = clients().staff_registrations.call(api.list_openings, staff_member.access_token()).openings
    by_session = groupby(openings, key=lambda opening: f"{opening.exam_label} : {opening.session_label}")
    sessions = [(label, list(rows)) for label, rows in by_session]
    return render_page(
        "gestion/templates/ouvertures.html",
        sessions=sessions,
        done=request.args.get("fait") == "dates",
        state_labels=STATE_LABELS,
        state_severities=STATE_SEVERITIES,
    )


@blueprint.get("/ouvertures/<opening_id>")
@access.staff(MANAGE)
def show_opening(opening_id: str) -> ResponseReturnValue:
    return _opening_page(_opening(opening_id))


@blueprint.post("/ouvertures/<opening_id>")
@access.staff(MANAGE)
def change_opening(opening_id: str) -> ResponseReturnValue:
    opening, posted = _opening(opening_id), _posted()
    typed = {**posted, **{name: "" for name in DATE_LABELS if posted[name] == _shown(name, opening)}}
    try:
        moves = _moves({opening_id: _revision(request.form.get("revision", ""))}, typed)
        if any(move.losses for move in moves):
            return _moves_page(moves, typed)
        _change(moves, typed)
    except DomainError as refusal:
        return _opening_page(opening, posted=posted, refusal=shown_here(refusal, REFUSALS_SHOWN_HERE))
    return redirect(url_for("gestion.show_opening", opening_id=opening_id, fait="dates"), code=303)


@blueprint.get("/ouvertures/dates")
@access.staff(MANAGE)
def choose_dates() -> ResponseReturnValue:
    openings = _openings_of_session(request.args)
    return _dates_page(openings, [opening.id for opening in openings])


@blueprint.post("/ouvertures/dates")
@access.staff(MANAGE)
def change_dates() -> ResponseReturnValue:
    """Looked at first, then changed as they were looked at: a box that was ticked then comes back with the revision
    that was shown."""
    openings, posted = _openings_of_session(request.form), _posted()
    read = dict(box.partition(":")[::2] for box in request.form.getlist("openings"))
    ticked = [opening for opening in openings if opening.id in read]
    refusal = None
    try:
        moves = _moves({item.id: _revision(read[item.id] or str(item.revision)) for item in ticked}, posted)
        if posted_text("action") == "apercu":
            return _moves_page(moves, posted)
        if posted_text("action") == "changer":
            if any(move.losses for move in moves) and posted_text("confirmed") != "oui":
                return _moves_page(moves, posted, Invalid.in_field("confirmed", TO_CONFIRM))
            _change(moves, posted)
            return redirect(url_for("gestion.list_openings", fait="dates"), code=303)
    except DomainError as refused:
        refusal = shown_here(refused, REFUSALS_SHOWN_HERE)
    return _dates_page(openings, [opening.id for opening in ticked], posted, refusal)


def _openings_of_session(source: Mapping[str, str]) -> list[api.OpeningSummary]:
    """Raises NotFound for a session that has none."""
    openings = clients().staff_registrations.call(api.list_openings, staff_member.access_token()).openings
    wanted = (posted_text("exam", source), posted_text("session", source))
    return found([opening for opening in openings if (opening.exam, opening.session) == wanted] or None)


def _moves(revisions: Mapping[str, int], typed: Mapping[str, str]) -> tuple[api.OpeningMove, ...]:
    """What the dates that were typed would change. Raises Invalid with every mistake, those of the service too."""
    wrong = tuple(
        FieldError(f"#/{name}", INSTANT_EXPECTED) for name in DATE_LABELS if typed[name] and not _read(name, typed)
    )
    token, errors = staff_member.access_token(), wrong
    try:
        body = _body(revisions, typed)
        moves = clients().staff_registrations.call(api.preview_dates, token, body=body).moves
    except DomainError as refusal:
        if not wrong or refusal.http_status != 422:
            raise
        errors += refusal.errors
    if errors:
        raise Invalid(errors=errors)
    return moves


def _change(moves: Sequence[api.OpeningMove], typed: Mapping[str, str]) -> None:
    """As it was looked at, and confirmed where there was something to confirm."""
    body = _body({move.opening.id: move.opening.revision for move in moves}, typed)
    body["confirmed"] = any(move.losses for move in moves)
    clients().staff_registrations.call(api.change_dates_of_several, staff_member.access_token(), body=body)


def _body(revisions: Mapping[str, int], typed: Mapping[str, str]) -> dict[str, Any]:
    dates = {name: date.isoformat() for name in DATE_LABELS if (date := _read(name, typed))}
    openings = [{"id": opening_id, "revision": revision} for opening_id, revision in revisions.items()]
    return {**dates, "openings": openings, "reason": typed["reason"]}


def _opening(opening_id: str) -> api.OpeningDetail:
    token = staff_member.access_token()
    return clients().staff_registrations.call(api.read_opening, token, opening_id=opening_id)


def _opening_page(
    opening: api.OpeningDetail, *, posted: Mapping[str, str] | None = None, refusal: DomainError | None = None
) -> Response:
    return render_page(
        "gestion/templates/ouverture.html",
        refusal=refusal,
        opening=opening,
        fields=[_field(name, opening, posted) for name in DATE_LABELS],
        reason=posted["reason"] if posted else "",
        done=request.args.get("fait") == "dates",
        state_labels=STATE_LABELS,
        state_severities=STATE_SEVERITIES,
    )


def _field(name: str, opening: api.OpeningDetail | None, posted: Mapping[str, str] | None) -> dict[str, object]:
    value = _shown(name, opening) if opening and not posted else (posted or {}).get(name, "")
    return {"name": name, "label": DATE_LABELS[name], "type": "text", "value": value, "hint": INSTANT_HINT}


def _dates_page(
    openings: Sequence[api.OpeningSummary],
    ticked: Sequence[str],
    posted: Mapping[str, str] | None = None,
    refusal: DomainError | None = None,
) -> Response:
    return render_page(
        "gestion/templates/ouvertures_dates.html",
        refusal=refusal,
        opening=openings[0],
        options=[{"value": opening.id, "label": opening.academie_label} for opening in openings],
        ticked=ticked,
        fields=[_field(name, None, posted or {}) for name in DATE_LABELS],
        reason=posted["reason"] if posted else "",
    )


def _moves_page(
    moves: Sequence[api.OpeningMove], typed: Mapping[str, str], refusal: DomainError | None = None
) -> Response:
    losses: dict[str, list[str]] = {}
    for move in moves:
        for loss in move.losses:
            losses.setdefault(loss, []).append(move.opening.academie_label)
    return render_page(
        "gestion/templates/ouvertures_apercu.html",
        refusal=refusal,
        moves=moves,
        typed=typed,
        losses=losses,
        labels=DATE_LABELS,
        shown=_shown,
    )


def _posted() -> dict[str, str]:
    return {name: posted_text(name) for name in (*DATE_LABELS, "reason")}


def _shown(name: str, dates: api.OpeningDates) -> str:
    instant: datetime = getattr(dates, name)
    return shown_end_instant(instant) if name in _ENDS else shown_instant(instant)


def _read(name: str, typed: Mapping[str, str]) -> datetime | None:
    return read_end(typed[name]) if name in _ENDS else read_instant(typed[name])


def _revision(text: str) -> int:
    """Of the dates that were shown when the form was opened."""
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise NotFound()
    return int(text)
