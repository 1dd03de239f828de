"""« /composants/onglets »: the components of a tab on one page, which tests read and open in a browser."""

from typing import Any

from flask import Blueprint, jsonify, render_template, request

from gateway.layout.frame import Frame, SessionEnd

SESSION_END = SessionEnd(ends_in=30 * 60, extend_url="/composants/prolonger")
"""An example: how long a session lasts is accounts' to say."""
CONNECTED = Frame(connected=True, last_login="23/08/2018", active="inscription", session_end=SESSION_END)
COMMUNES = {"14118": "CAEN", "25056": "BESANCON", "10387": "TROYES", "51454": "REIMS", "51460": "REMICOURT"}
POSTAL_CODES = {"25000": ("BESANCON",), "25200": ("BETHONCOURT", "GRAND-CHARMONT", "MONTBELIARD")}


def _options(**labels: str) -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in labels.items()]


def _field(name: str, label: str, type: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "label": label, "type": type, **more}


DIPLOMAS = _options(gen="BACCALAURÉAT GÉNÉRAL", pro="BACCALAURÉAT PROFESSIONNEL", bt="BREVET DE TECHNICIEN")
OF_THE_DEPARTEMENT = "Champ de recherche fonction du département"
SEARCHED: dict[str, Any] = {"hint": OF_THE_DEPARTEMENT, "search": "communes", "refresh": True}
TOWN: dict[str, Any] = {
    "search": "localite",
    "autocomplete": "address-level2",
    "options": _options(BESANCON="BESANCON"),
}
EMAIL: dict[str, Any] = {"hint": "Exemple: nom.prenom@domaine.fr", "autocomplete": "email", "value": "laurent@exemple"}
SECTIONS: dict[str, list[dict[str, Any]]] = {
    "Identité": [
        _field(
            "civilite", "Civilité", "select", value="M", disabled=True, options=_options(M="MONSIEUR", MME="MADAME")
        ),
        _field("prenoms", "Prénoms", "text", required=True, value="Laurent", disabled=True),
    ],
    "Adresse": [
        _field("commune", "Commune de naissance", "search", required=True, **SEARCHED),
        _field("diplome", "Diplôme ou formation", "select", required=True, refresh=True, options=DIPLOMAS),
        _field("code_postal", "Code postal", "text", autocomplete="postal-code"),
        _field("localite", "Localité", "text", required=True, **TOWN),
    ],
    "Contacts": [
        _field("portable", "Téléphone portable", "tel", hint="0623456789 ou +33623456789"),
        _field("email", "Adresse mail", "email", required=True, **EMAIL),
    ],
    "Particularités": [
        _field("handicap", "Demande d'aménagement(s) d'épreuves", "yes_no", required=True),
        _field("renoncement", "Je souhaite renoncer à des acquis", "checkbox"),
    ],
}
ERRORS = [
    {"pointer": f"#/{name}", "detail": detail}
    for name, detail in {
        "email": "L'adresse mail doit s'écrire comme nom.prenom@domaine.fr",
        "diplome": "Choisissez un diplôme ou une formation",
        "handicap": "Répondez Oui ou Non à la demande d'aménagement",
        "commune": "Choisissez une commune dans la liste",
    }.items()
]
TABS = [
    {"number": 1, "title": "Candidatures précédentes", "reachable": True, "state": "done"},
    {"number": 2, "title": "Identification", "reachable": False, "state": "current"},
    {"number": 3, "title": "Récapitulatif", "reachable": False, "state": "todo"},
]


def create_blueprint() -> Blueprint:
    """Routes under « /composants »; the environment must know the components (`register_components`)."""
    blueprint = Blueprint("composants", __name__, url_prefix="/composants", template_folder="templates")
    blueprint.add_url_rule("/onglets", view_func=show_form, endpoint="form", methods=["GET", "POST"])
    blueprint.add_url_rule("/recherche", view_func=search, endpoint="search")
    blueprint.add_url_rule("/prolonger", view_func=lambda: ("", 204), endpoint="extend", methods=["POST"])
    return blueprint


def show_form() -> str:
    """As a candidate meets it, holding what was posted; « ?erreurs=1 » adds what a refusal looks like."""
    sections = [{"title": title, "fields": list(map(_with_typed, fields))} for title, fields in SECTIONS.items()]
    errors = ERRORS if "erreurs" in request.args else []
    return render_template("sample_form.html", frame=CONNECTED, form={"sections": sections}, tabs=TABS, errors=errors)


def search() -> Any:
    return jsonify(options=_matching_communes(request.args.get("q", "")))


def _matching_communes(words: str) -> list[dict[str, str]]:
    begun = words.strip().upper()
    if begun.isdigit():
        return _options(**{town: town for town in POSTAL_CODES.get(begun, ())})
    return _options(**{code: name for code, name in COMMUNES.items() if begun and name.startswith(begun)})


def _with_typed(field: dict[str, Any]) -> dict[str, Any]:
    typed = request.form
    if not typed:
        return field
    if field["type"] == "search":
        return field | {"value": typed.get(field["name"]), "display": typed.get(f"{field['name']}-texte", "")}
    return field | {"value": typed.get(field["name"], field.get("value"))}
