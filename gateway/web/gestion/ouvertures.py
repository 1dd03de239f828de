"""« Ouvertures »: the dates of each opening, changed with a reason by an administrator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import groupby

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
from services.chassis.errors import DomainError, FieldError, Invalid, NotFound
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
    opening, token = _opening(opening_id), staff_member.access_token()
    posted = {name: posted_text(name) for name in (*DATE_LABELS, "reason")}
    try:
        change = {**_changed_dates(opening, posted), "revision": _revision(), "reason": posted["reason"]}
        clients().staff_registrations.call(api.change_dates, token, body=change, opening_id=opening_id)
    except DomainError as refusal:
        return _opening_page(opening, posted=posted, refusal=shown_here(refusal, REFUSALS_SHOWN_HERE))
    return redirect(url_for("gestion.show_opening", opening_id=opening_id, fait="dates"), code=303)


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


def _field(name: str, opening: api.OpeningDetail, posted: Mapping[str, str] | None) -> dict[str, object]:
    value = posted[name] if posted else _shown(name, opening)
    return {"name": name, "label": DATE_LABELS[name], "type": "text", "value": value, "hint": INSTANT_HINT}


def _changed_dates(opening: api.OpeningDetail, posted: Mapping[str, str]) -> dict[str, str | int | None]:
    """The dates that were typed anew. Raises Invalid for those that are none, or where nothing was changed."""
    changed = {name for name in DATE_LABELS if posted[name] != _shown(name, opening)}
    dates = {name: _reader(name)(posted[name]) for name in DATE_LABELS if name in changed}
    if wrong := [name for name, date in dates.items() if date is None]:
        raise Invalid(errors=tuple(FieldError(f"#/{name}", INSTANT_EXPECTED) for name in wrong))
    if not dates:
        raise Invalid("Aucune date n'a été changée.")
    return {name: date.isoformat() for name, date in dates.items() if date}


def _shown(name: str, opening: api.OpeningDetail) -> str:
    instant: datetime = getattr(opening, name)
    return shown_end_instant(instant) if name in _ENDS else shown_instant(instant)


def _reader(name: str) -> Callable[[str], datetime | None]:
    return read_end if name in _ENDS else read_instant


def _revision() -> int:
    """The revision of the dates that were shown when the form was opened."""
    text = request.form.get("revision", "")
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise NotFound()
    return int(text)
