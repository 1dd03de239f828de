"""« /composants »: every component on one page, which tests read and open in a browser; no page of the portal."""

from typing import Any

from flask import Blueprint, jsonify, render_template, request

from gateway.layout.frame import Frame, SessionEnd
from gateway.web.shown_states import STATUS_SEVERITIES
from services.contracts.registrations import Contact
from tests.gateway.components.samples import COMMUNES, ERRORS, FIELDS, FORM, LONG_TABS, POSTAL_CODES, RECAP, TABS, TO_DO

ANONYMOUS = Frame()
SESSION_END = SessionEnd(ends_in=30 * 60, extend_url="/composants/prolonger")
"""An example: how long a session lasts is accounts' to say."""
CONNECTED = Frame(
    connected=True,
    last_login="23/08/2018",
    active="inscription",
    contact=Contact(
        title="ACADÉMIE DE BESANCON",
        lines=("Rectorat de Besançon", "10, Rue de la Convention", "25000 BESANCON"),
        telephone="0381000000",
        email="examens@example.org",
    ),
    session_end=SESSION_END,
)


def create_blueprint() -> Blueprint:
    """Routes under « /composants »; the environment must know the components (`register_components`)."""
    blueprint = Blueprint("composants", __name__, url_prefix="/composants", template_folder="templates")
    blueprint.add_url_rule("", view_func=show_all, endpoint="all")
    blueprint.add_url_rule("/onglets", view_func=show_wizard, endpoint="wizard", methods=["GET", "POST"])
    blueprint.add_url_rule("/connexion", view_func=show_form_page, endpoint="form_page")
    blueprint.add_url_rule("/introuvable", view_func=show_refusal, endpoint="refusal")
    blueprint.add_url_rule("/recherche", view_func=search, endpoint="search")
    blueprint.add_url_rule("/prolonger", view_func=extend, endpoint="extend", methods=["POST"])
    return blueprint


def show_all() -> str:
    return render_template(
        "showcase.html",
        frame=ANONYMOUS,
        fields=FIELDS,
        shown_errors=ERRORS,
        recap=RECAP,
        to_do=TO_DO,
        status_severities=STATUS_SEVERITIES,
    )


def show_wizard() -> str:
    """The tabs of a form, as a candidate meets them; « ?erreurs=1 » adds what a refusal looks like."""
    values = request.form
    return render_template(
        "showcase_wizard.html",
        frame=CONNECTED,
        form=with_typed(FORM, values),
        tabs=LONG_TABS if "douze" in request.args else TABS,
        errors=ERRORS if "erreurs" in request.args else [],
    )


def show_form_page() -> str:
    return render_template("showcase_form.html", frame=ANONYMOUS, fields=FIELDS)


def show_refusal() -> str:
    return render_template(
        "layout/error_page.html",
        frame=ANONYMOUS,
        page_title="Page non trouvée",
        code=404,
        lead="La page que vous cherchez est introuvable.",
        text="Si vous avez tapé l'adresse dans le navigateur, vérifiez qu'elle est correcte.",
    )


def search() -> Any:
    return jsonify(options=matching_communes(request.args.get("q", "")))


def extend() -> tuple[str, int]:
    return "", 204


def matching_communes(words: str) -> list[dict[str, str]]:
    """Communes of the sample whose name begins with `words`, or of that postal code."""
    begun = words.strip().upper()
    if begun.isdigit():
        return [{"value": town, "label": town} for town in POSTAL_CODES.get(begun, ())]
    return [commune for commune in COMMUNES if begun and commune["label"].startswith(begun)]


def with_typed(form: dict[str, Any], typed: Any) -> dict[str, Any]:
    """The sample form holding what was posted, as the real pages do; a search without the script gets its results."""
    if not typed:
        return form
    sections = [
        section | {"fields": [_typed_field(field, typed) for field in section["fields"]]}
        for section in form["sections"]
    ]
    return form | {"sections": sections}


def _typed_field(field: dict[str, Any], typed: Any) -> dict[str, Any]:
    if field["type"] != "search":
        return field | {"value": typed.get(field["name"], field.get("value"))}
    words = typed.get(f"{field['name']}-texte", "")
    results = {"results": matching_communes(words)} if typed.get("rechercher") == field["name"] else {}
    return field | {"value": typed.get(field["name"]), "display": words} | results
