"""One decision for the pieces selected in the list, and a report of those that it was not given to."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.pages import render_page
from gateway.web.gestion import blueprint
from gateway.web.gestion.pieces import ACTIVE_MENU_KEY
from gateway.web.gestion.posted_text import posted_text
from gateway.web.gestion.refusal_reasons import posted_comment
from gateway.web.gestion.selected_pieces import DATE_FIELDS, read_value
from gateway.web.gestion.selection_report import decide_in_batches, reason_of
from services.chassis.errors import Invalid
from services.contracts.page_sizes import LARGEST_SELECTION
from services.contracts.piece_rules import STATUS_LABELS


@blueprint.post("/pieces/decisions")
@access.staff("pieces:control")
def decide_selection() -> ResponseReturnValue:
    """The script posts the selection in parts and reads the report of each; without it one post has them all."""
    status = posted_text("decision")
    comment = posted_comment(status)
    dates = {name: posted_text(name) for name in DATE_FIELDS}
    pieces = {value: read_value(value) for value in request.form.getlist("selection")}
    if status not in STATUS_LABELS or None in pieces.values() or len(pieces) > LARGEST_SELECTION:
        raise Invalid("Revenez à la liste, sélectionnez des pièces, puis choisissez une décision.")
    decision = {"status": status, "comment": comment, **{name: text or None for name, text in dates.items()}}
    report = decide_in_batches({value: {**piece, **decision} for value, piece in pieces.items() if piece})
    return render_page(
        "gestion/templates/decisions.html",
        status=422 if report.is_refused else 200,
        active=ACTIVE_MENU_KEY,
        status_code=status,
        label=STATUS_LABELS[status],
        status_labels=STATUS_LABELS,
        report=report,
        reason_of=reason_of,
        typed={"comment": comment or "", **dates},
        query=posted_text("filtres"),
    )
