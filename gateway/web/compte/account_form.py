"""What the creation and the modification of an account share: reading the form, searching the commune of birth."""

from __future__ import annotations

from typing import Any

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from gateway import access, form_owner
from gateway.clients.form_values import Form, SearchSuggestions, Values, posted_values
from gateway.service_clients import clients
from gateway.web.compte import blueprint

NON_ANSWER_FIELDS = ("action", "rechercher", form_owner.FIELD_NAME)
SENT_WITH_SEARCH = ("departement_naissance",)
"""Other fields that the script sends along with the words searched."""


@blueprint.get("/compte/communes")
@access.public
def communes() -> ResponseReturnValue:
    """Suggestions for the commune of birth: {"options": [{"value", "label"}], "advice"}."""
    suggestions = clients().accounts.communes(request.args.get("departement_naissance", ""), request.args.get("q", ""))
    return jsonify(options=_options(suggestions), advice=suggestions.advice)


def posted_answers() -> Values:
    return posted_values(request.form.to_dict(flat=False), leave=NON_ANSWER_FIELDS)


def is_refresh() -> bool:
    """« Actualiser » or « Rechercher » was pressed: the form is shown again, nothing is checked."""
    return "rechercher" in request.form or request.form.get("action") == "stay"


def with_search_results(form: Form, values: Values) -> Form:
    """`form` with the communes found for the words typed, where « Rechercher » was pressed."""
    searched = request.form.get("rechercher")
    if not searched:
        return form
    words = str(values.get(f"{searched}-texte", ""))
    suggestions = clients().accounts.communes(str(values.get("departement_naissance", "")), words)
    results = {"results": _options(suggestions), "advice": suggestions.advice, "display": words}

    def completed(field: dict[str, Any]) -> dict[str, Any]:
        return field | results if field["name"] == searched else field

    sections = [section | {"fields": [completed(field) for field in section["fields"]]} for section in form["sections"]]
    return {**form, "sections": sections}


def _options(suggestions: SearchSuggestions) -> list[dict[str, str]]:
    return [{"value": option.value, "label": option.label} for option in suggestions.options]
