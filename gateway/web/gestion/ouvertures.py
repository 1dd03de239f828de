"""« Ouvertures »: the dates of each opening, or of several of a session at once, changed with a
reason by an administrator; what candidates lose by it is read and confirmed first. « Incidents »: a
time at which the portal could not be used is noted, and the periods that it cut are extended in one
act, once it was read whom that concerns."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.clients.base import optional_answer
from gateway.pages import render_page
from gateway.posted_forms import (
    INSTANT_EXPECTED,
    INSTANT_HINT,
    TEXT_EXPECTED,
    posted_text,
    read_end,
    read_instant,
    read_instants,
    shown_end_instant,
    shown_here,
    shown_instant,
)
from gateway.sessions import staff_member
from gateway.web.gestion import blueprint
from services.chassis.errors import DomainError, FieldError, Invalid, found
from services.contracts.api import administration as api
from services.contracts.api.staff_documents import RemadeDocuments, read_remade
from services.contracts.registration_rules import PERIOD_LABELS

MANAGE = "openings:manage"
STATE_LABELS = {"open": "Ouverte", "not_yet": "À venir", "closed": "Fermée"}
STATE_SEVERITIES = {"open": "success", "not_yet": "info", "closed": None}
REFUSALS_SHOWN_HERE = (412, 422, 429)
DATE_LABELS = {
    "opens": "Ouverture des inscriptions",
    "closes": "Fermeture des inscriptions",
    "deposit_opens": "Ouverture du dépôt des pièces",
    "deposit_closes": "Fermeture du dépôt des pièces",
}
CHANGED = (
    "Les dates sont changées. Le portail les applique dès maintenant ; les documents qui les "
    "portent sont refaits dans l'heure qui vient, cette page dit combien le sont."
)
TO_CONFIRM = "Cochez cette case pour confirmer."
ALL = "toutes"
"""Among the académies to choose: every opening of the session."""
_ENDS = ("closes", "deposit_closes")
READERS = {"begins": read_instant, "ends": read_instant}
TEXTS = ("title", "text", "reason")
BOX_PARTS = ("id", "revision", "closes", "deposit_closes")
REQUIRED = {**dict.fromkeys(TEXTS, TEXT_EXPECTED), "periods": "Choisissez un service au moins."}
EXTENDED = (
    "Les périodes sont prolongées et le message est affiché sur la page d'accueil. Les candidats "
    "concernés reçoivent un mail ; les documents qui portent ces dates sont refaits dans l'heure "
    "qui vient."
)
PERIOD_OPTIONS = [{"value": value, "label": label} for value, label in PERIOD_LABELS.items()]


@blueprint.get("/ouvertures", who=access.staff(MANAGE))
def list_openings() -> ResponseReturnValue:
    openings = staff_member.call(api.list_openings()).openings
    by_session = groupby(
        openings, key=lambda opening: f"{opening.exam_label} : {opening.session_label}"
    )
    sessions = [(label, list(rows)) for label, rows in by_session]
    return render_page(
        "gestion/templates/ouvertures.html",
        sessions=sessions,
        done=CHANGED if request.args.get("fait") == "dates" else None,
        remade=_remade(),
        state_labels=STATE_LABELS,
        state_severities=STATE_SEVERITIES,
    )


@blueprint.get("/ouvertures/<opening_id>", who=access.staff(MANAGE))
def show_opening(opening_id: str) -> ResponseReturnValue:
    opening = staff_member.call(api.read_opening(opening_id))
    return render_page(
        "gestion/templates/ouverture.html",
        opening=opening,
        remade=_remade(),
        fields=_fields({name: shown_date(name, opening) for name in DATE_LABELS}),
        state_labels=STATE_LABELS,
        state_severities=STATE_SEVERITIES,
    )


def _remade() -> dict[tuple[str, str, str], RemadeDocuments]:
    """By the labels of exam and session, and the académie; nothing while documents does not
    answer."""
    read = partial(staff_member.call, read_remade())
    return {(item.exam, item.session, item.academie): item for item in optional_answer(read, [])}


@blueprint.get("/ouvertures/dates", who=access.staff(MANAGE))
def choose_dates() -> ResponseReturnValue:
    return _dates_page(_openings_of_session(request.args), ticked=())


@blueprint.post("/ouvertures/dates", who=access.staff(MANAGE))
def change_dates() -> ResponseReturnValue:
    """Looked at first, then changed as they were looked at: a box that was ticked then comes back
    with the revision that was shown."""
    openings = _openings_of_session(request.form)
    typed = {name: posted_text(name) for name in (*DATE_LABELS, "reason")}
    read = dict(box.partition(":")[::2] for box in request.form.getlist("openings"))
    chosen = [item for item in openings if item.id in read or ALL in read]
    ticked = [{"id": item.id, "revision": read.get(item.id) or item.revision} for item in chosen]
    body = {"openings": ticked, "reason": typed["reason"]}
    action = posted_text("action")
    refusal = None
    moves: Sequence[api.OpeningMove] = ()
    try:
        moves = _moves(body, typed)
        if action == "apercu":
            return _moves_page(moves, typed)
        if action == "changer":
            if posted_text("confirmed") != "oui" and any(move.losses for move in moves):
                raise Invalid.in_field("confirmed", TO_CONFIRM)
            staff_member.call(api.change_dates(body={**body, "confirmed": True}))
            return redirect(url_for("gestion.list_openings", fait="dates"), code=303)
    except DomainError as refused:
        refusal = shown_here(refused, REFUSALS_SHOWN_HERE)
        if moves and refusal.http_status != 412:
            return _moves_page(moves, typed, refusal)
    return _dates_page(openings, list(read), typed, refusal)


def _openings_of_session(source: Mapping[str, str]) -> list[api.OpeningSummary]:
    """Raises NotFound for a session that has none."""
    openings = staff_member.call(api.list_openings()).openings
    wanted = (posted_text("exam", source), posted_text("session", source))
    return found(
        [opening for opening in openings if (opening.exam, opening.session) == wanted] or None
    )


def _moves(body: dict[str, Any], typed: Mapping[str, str]) -> Sequence[api.OpeningMove]:
    """What the dates that were typed, which are put into `body`, would change. Raises Invalid with
    every mistake, those of the service too."""
    given = {name: _read(name, typed[name]) for name in DATE_LABELS if typed[name]}
    body |= {name: date.isoformat() for name, date in given.items() if date}
    wrong = tuple(
        FieldError(f"#/{name}", INSTANT_EXPECTED) for name, date in given.items() if not date
    )
    try:
        moves = staff_member.call(api.preview_dates(body=body))
    except DomainError as refusal:
        if not wrong or refusal.http_status != 422:
            raise
        wrong += refusal.errors
    if wrong:
        raise Invalid(errors=wrong)
    return moves


def _fields(values: Mapping[str, str]) -> list[dict[str, object]]:
    return [
        {
            "name": name,
            "label": label,
            "type": "text",
            "value": values.get(name, ""),
            "hint": INSTANT_HINT,
        }
        for name, label in DATE_LABELS.items()
    ]


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
        options=[
            {"value": ALL, "label": "Toutes les académies"},
            *({"value": opening.id, "label": opening.academie_label} for opening in openings),
        ],
        ticked=ticked,
        fields=_fields(posted or {}),
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
        is_confirmed=posted_text("confirmed") == "oui",
        losses=losses,
        labels=DATE_LABELS,
        shown=shown_date,
    )


def shown_date(name: str, dates: api.OpeningDates) -> str:
    instant: datetime = getattr(dates, name)
    return shown_end_instant(instant) if name in _ENDS else shown_instant(instant)


def _read(name: str, text: str) -> datetime | None:
    return read_end(text) if name in _ENDS else read_instant(text)


@blueprint.get("/incidents", who=access.staff(MANAGE))
def note_incident() -> Response:
    return _incident_page({"periods": [*PERIOD_LABELS]})


@blueprint.post("/incidents", who=access.staff(MANAGE))
def extend_periods() -> ResponseReturnValue:
    """Looked at first, then extended as it was looked at: a box that stays ticked brings the
    revision and the ends that were shown."""
    typed: dict[str, Any] = {name: posted_text(name) for name in (*READERS, *TEXTS)}
    typed["periods"] = request.form.getlist("periods")
    action = posted_text("action")
    boxes = request.form.getlist("openings")
    refusal = None
    try:
        incident = typed | read_instants(typed, READERS, REQUIRED)
        if action == "prolonger" and (refusal := _refusal_to_extend(incident, boxes)) is None:
            return redirect(url_for("gestion.note_incident", fait="prolonge"), code=303)
        if action != "corriger":
            moves = staff_member.call(api.preview_incident(body=incident))
            ticked = (
                [move.opening.id for move in moves]
                if action == "apercu"
                else [box.split(" ")[0] for box in boxes]
            )
            return _incident_moves_page(moves, typed, ticked, refusal)
    except DomainError as refused:
        refusal = shown_here(refused, REFUSALS_SHOWN_HERE)
    return _incident_page(typed, refusal)


def _refusal_to_extend(incident: Mapping[str, Any], boxes: Sequence[str]) -> DomainError | None:
    """Why these openings, as they were shown, were not extended."""
    openings = [dict(zip(BOX_PARTS, box.split(" "), strict=False)) for box in boxes]
    try:
        if not openings:
            raise Invalid.in_field("openings", "Choisissez une ouverture au moins.")
        staff_member.call(api.extend_periods(body={**incident, "openings": openings}))
    except DomainError as refused:
        return shown_here(refused, REFUSALS_SHOWN_HERE)
    return None


def _incident_page(typed: Mapping[str, Any], refusal: DomainError | None = None) -> Response:
    return render_page(
        "gestion/templates/incidents.html",
        refusal=refusal,
        values=typed,
        period_options=PERIOD_OPTIONS,
        instant_hint=INSTANT_HINT,
        done=EXTENDED if request.args.get("fait") == "prolonge" else None,
    )


def _incident_moves_page(
    moves: Sequence[api.OpeningMove],
    typed: Mapping[str, Any],
    ticked: Sequence[str],
    refusal: DomainError | None = None,
) -> Response:
    boxes = {move.opening.id: _box(move) for move in moves}
    return render_page(
        "gestion/templates/incident_apercu.html",
        refusal=refusal,
        moves=moves,
        typed=typed,
        options=list(boxes.values()),
        ticked=[box["value"] for opening_id, box in boxes.items() if opening_id in ticked],
    )


def _box(move: api.OpeningMove) -> dict[str, str]:
    opening = move.opening
    after = move.after
    changes = [
        f"{label} : {shown_date(name, opening)} → {shown_date(name, after)}"
        for name, label in DATE_LABELS.items()
        if getattr(after, name) != getattr(opening, name)
    ]
    concerned = f"Candidatures actives : {opening.candidatures}, brouillons : {opening.drafts}"
    read = (
        opening.id,
        str(opening.revision),
        after.closes.isoformat(),
        after.deposit_closes.isoformat(),
    )
    return {
        "value": " ".join(read),
        "label": f"{opening.exam_label}, {opening.session_label} : {opening.academie_label}",
        "hint": ". ".join((*changes, concerned)),
    }
