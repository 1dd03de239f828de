"""« Incidents »: a time at which the portal could not be used is noted by an administrator, and the periods that it cut
are extended in one act, once it was read whom that concerns."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.pages import render_page
from gateway.posted_forms import INSTANT_HINT, TEXT_EXPECTED, posted_text, read_instant, read_instants, shown_here
from gateway.sessions import staff_member
from gateway.web.gestion import blueprint
from gateway.web.gestion.ouvertures import DATE_LABELS, MANAGE, REFUSALS_SHOWN_HERE, shown_date
from services.chassis.errors import DomainError, Invalid
from services.contracts.api import administration as api
from services.contracts.registration_rules import PERIOD_LABELS

READERS = {"begins": read_instant, "ends": read_instant}
TEXTS = ("title", "text", "reason")
REQUIRED = {**dict.fromkeys(TEXTS, TEXT_EXPECTED), "periods": "Choisissez un service au moins."}
EXTENDED = (
    "Les périodes sont prolongées et le message est affiché sur la page d'accueil. Les candidats concernés "
    "reçoivent un mail ; les documents qui portent ces dates sont refaits dans l'heure qui vient."
)
PERIOD_OPTIONS = [{"value": value, "label": label} for value, label in PERIOD_LABELS.items()]


@blueprint.get("/incidents", who=access.staff(MANAGE))
def note_incident() -> Response:
    return _incident_page({"periods": [*PERIOD_LABELS]})


@blueprint.post("/incidents", who=access.staff(MANAGE))
def extend_periods() -> ResponseReturnValue:
    """Looked at first, then extended as it was looked at: a box that stays ticked brings the revision and the ends that
    were shown."""
    typed: dict[str, Any] = {name: posted_text(name) for name in (*READERS, *TEXTS)}
    typed["periods"] = request.form.getlist("periods")
    action, boxes, refusal = posted_text("action"), request.form.getlist("openings"), None
    try:
        incident = typed | read_instants(typed, READERS, REQUIRED)
        if action == "prolonger" and (refusal := _refusal_to_extend(incident, boxes)) is None:
            return redirect(url_for("gestion.note_incident", fait="prolonge"), code=303)
        if action != "corriger":
            moves = staff_member.call(api.preview_incident, body=incident)
            ticked = [move.opening.id for move in moves] if action == "apercu" else [box.split(" ")[0] for box in boxes]
            return _moves_page(moves, typed, ticked, refusal)
    except DomainError as refused:
        refusal = shown_here(refused, REFUSALS_SHOWN_HERE)
    return _incident_page(typed, refusal)


def _refusal_to_extend(incident: Mapping[str, Any], boxes: Sequence[str]) -> DomainError | None:
    """Why these openings, as they were shown, were not extended."""
    names = ("id", "revision", "closes", "deposit_closes")
    openings = [dict(zip(names, box.split(" "), strict=False)) for box in boxes]
    try:
        if not openings:
            raise Invalid.in_field("openings", "Choisissez une ouverture au moins.")
        staff_member.call(api.extend_periods, body={**incident, "openings": openings})
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


def _moves_page(
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
    opening, after = move.opening, move.after
    changes = [
        f"{label} : {shown_date(name, opening)} → {shown_date(name, after)}"
        for name, label in DATE_LABELS.items()
        if getattr(after, name) != getattr(opening, name)
    ]
    concerned = f"Candidatures actives : {opening.candidatures}, brouillons : {opening.drafts}"
    read = (opening.id, str(opening.revision), after.closes.isoformat(), after.deposit_closes.isoformat())
    return {
        "value": " ".join(read),
        "label": f"{opening.exam_label}, {opening.session_label} : {opening.academie_label}",
        "hint": ". ".join((*changes, concerned)),
    }
