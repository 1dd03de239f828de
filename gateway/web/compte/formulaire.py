"""What the forms of creating and of changing an account do alike: the search of the commune, without JavaScript too."""

from __future__ import annotations

from typing import Any

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from gateway import entrances, owner
from gateway.clients.forms import Form, Proposed, Values, typed
from gateway.services import services
from gateway.web.compte import blueprint

OURS = ("action", "rechercher", owner.FIELD)
WITH_SEARCH = ("departement_naissance",)
"""What the script sends along with the words searched."""


@blueprint.get("/compte/communes")
@entrances.everyone
def communes() -> ResponseReturnValue:
    """Suggestions for the commune of birth: {"options": [{"value", "label"}], "advice"}."""
    proposed = services().accounts.communes(request.args.get("departement_naissance", ""), request.args.get("q", ""))
    return jsonify(options=_listed(proposed), advice=proposed.advice)


def typed_values() -> Values:
    return typed(request.form.to_dict(flat=False), leave=OURS)


def is_refresh() -> bool:
    """« Actualiser » or « Rechercher » was pressed: the form is shown again, nothing is checked."""
    return "rechercher" in request.form or request.form.get("action") == "stay"


def with_results(form: Form, values: Values) -> Form:
    """`form` with the communes found for the words typed, where « Rechercher » was pressed."""
    searched = request.form.get("rechercher")
    if not searched:
        return form
    words = str(values.get(f"{searched}-texte", ""))
    proposed = services().accounts.communes(str(values.get("departement_naissance", "")), words)
    shown = {"results": _listed(proposed), "advice": proposed.advice, "display": words}

    def completed(field: dict[str, Any]) -> dict[str, Any]:
        return field | shown if field["name"] == searched else field

    sections = [section | {"fields": [completed(field) for field in section["fields"]]} for section in form["sections"]]
    return {**form, "sections": sections}


def _listed(proposed: Proposed) -> list[dict[str, str]]:
    return [{"value": option.value, "label": option.label} for option in proposed.options]
