"""One decision for the pieces selected in a page of the list, and a report of those that it was not given to."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from gateway import access, staff_member
from gateway.pages import render_page
from gateway.service_clients import clients
from gateway.web.gestion import blueprint
from gateway.web.gestion.pieces import ACTIVE_MENU_KEY
from gateway.web.gestion.posted_text import posted_text
from gateway.web.gestion.refusal_reasons import posted_comment
from gateway.web.gestion.selected_pieces import DATE_FIELDS, read_value
from services.chassis.errors import Invalid
from services.contracts.page_sizes import LARGEST_PAGE
from services.contracts.piece_statuses import STATUS_LABELS


@blueprint.post("/pieces/decisions")
@access.staff("pieces:control")
def decide_selection() -> ResponseReturnValue:
    status = posted_text("decision")
    comment = posted_comment(status)
    selected = [read_value(value) for value in request.form.getlist("selection")]
    if status not in STATUS_LABELS or None in selected or len(selected) > LARGEST_PAGE:
        raise Invalid("Revenez à la liste, sélectionnez des pièces, puis choisissez une décision.")
    dates = {name: posted_text(name) or None for name in DATE_FIELDS}
    controls = [{**piece, "status": status, "comment": comment, **dates} for piece in selected if piece]
    results = clients().staff_pieces.control_many(staff_member.access_token(), controls) if controls else ()
    return render_page(
        "gestion/templates/decisions.html",
        active=ACTIVE_MENU_KEY,
        label=STATUS_LABELS[status],
        decided=[result.piece for result in results if result.piece],
        refused=[result for result in results if result.piece is None],
        query=posted_text("filtres"),
    )
