"""What the creation and the modification of an account share: reading the form, searching the commune of birth."""

from typing import Any, cast

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.posted_forms import Values
from gateway.service_clients import clients
from gateway.web.compte import blueprint
from gateway.web.inscription.refus import differing_lines
from services.contracts.api.forms import Form, FormField, Suggestions
from services.contracts.api.visitors import fill_form, search_communes

SENT_WITH_SEARCH = ("departement_naissance",)
"""Other fields that the script sends along with the words searched."""


@blueprint.get("/compte/communes", who=access.PUBLIC)
def communes() -> ResponseReturnValue:
    """Suggestions for the commune of birth: {"options": [{"value", "label"}], "advice"}."""
    return jsonify(_communes(request.args.get("departement_naissance", ""), request.args.get("q", "")))


def filled_creation_form(values: Values, identity: str | None = None) -> Form:
    """The form for `values` as typed: the country chosen decides which place of birth is asked for. `identity`: of
    FranceConnect, which fills the civil status."""
    return clients().call(fill_form, body={"values": values, "identity": identity})


def is_refresh() -> bool:
    """« Actualiser » or « Rechercher » was pressed: the form is shown again, nothing is checked."""
    return "rechercher" in request.form or request.form.get("action") == "stay"


def with_search_results(form: Form, values: Values) -> Form:
    """`form` with the communes found for the words typed, where « Rechercher » was pressed."""
    searched = request.form.get("rechercher")
    if not searched:
        return form
    words = str(values.get(f"{searched}-texte", ""))
    suggestions = _communes(str(values.get("departement_naissance", "")), words)
    results = {"results": suggestions.options, "advice": suggestions.advice, "display": words}

    def completed(field: FormField) -> FormField:
        return cast(FormField, {**field, **results}) if field["name"] == searched else field

    return {
        "sections": [
            {**section, "fields": [completed(field) for field in section["fields"]]} for section in form["sections"]
        ]
    }


def both_inputs(typed: Form, saved: Form) -> dict[str, Any]:
    """The lines in which two forms of a civil status differ, for `both_inputs` of components/summary_list.html."""
    ours, theirs = (
        {field["name"]: field for section in form["sections"] for field in section["fields"]} for form in (typed, saved)
    )
    posted, kept = (
        {name: field["value"] or "" for name, field in each.items() if "confirmation" not in name}
        for each in (ours, theirs)
    )
    saved_lines = differing_lines({**ours, **theirs}, kept, posted)
    return {"posted_lines": differing_lines({**theirs, **ours}, posted, kept), "saved_lines": saved_lines}


def _communes(departement: str, words: str) -> Suggestions:
    query = {"departement": departement[:3], "q": words[:100]}
    return clients().call(search_communes, query=query)
