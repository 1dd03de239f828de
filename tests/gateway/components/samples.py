"""Sample values for « /composants »: fields, errors, tabs … in the shapes that the services send."""

from typing import Any

from gateway import file_rules
from services.contracts import page_labels
from services.contracts.piece_rules import MAX_FILE_BYTES

COMMUNES = [
    {"value": "14118", "label": "CAEN"},
    {"value": "25056", "label": "BESANCON"},
    {"value": "10387", "label": "TROYES"},
    {"value": "51454", "label": "REIMS"},
    {"value": "51460", "label": "REMICOURT"},
]

POSTAL_CODES = {"25000": ("BESANCON",), "25200": ("BETHONCOURT", "GRAND-CHARMONT", "MONTBELIARD")}

FIELDS: dict[str, dict[str, Any]] = {
    "text": {
        "name": "nom",
        "label": "Nom de famille",
        "hint": "(Nom de naissance)",
        "type": "text",
        "required": True,
        "autocomplete": "family-name",
    },
    "date": {
        "name": "naissance",
        "label": "Date de naissance",
        "hint": "Exemple: 30/05/1998",
        "type": "date",
        "required": True,
        "autocomplete": "bday",
    },
    "tel": {
        "name": "portable",
        "label": "Téléphone portable",
        "hint": "0623456789 ou +33623456789",
        "type": "tel",
        "autocomplete": "tel-national",
    },
    "email": {
        "name": "email",
        "label": "Adresse mail",
        "hint": "Exemple: nom.prenom@domaine.fr",
        "type": "email",
        "required": True,
        "autocomplete": "email",
        "value": "laurent@exemple",
    },
    "number": {"name": "annee", "label": "Année", "type": "number", "value": "2021"},
    "disabled": {
        "name": "prenoms",
        "label": "Prénoms",
        "type": "text",
        "required": True,
        "value": "Laurent",
        "disabled": True,
    },
    "password": {
        "name": "mot_de_passe",
        "label": "Mot de passe",
        "type": "password",
        "required": True,
        "autocomplete": "new-password",
        "hint": "8 à 20 caractères dont majuscule, minuscule et caractère spécial (exemple : . / ! * etc...)",
        "rules": ["8 caractères au moins, 20 au plus", "une minuscule et une majuscule", "un caractère spécial"],
    },
    "textarea": {"name": "precision", "label": "Précision", "type": "textarea", "value": "Deux lignes\nde texte"},
    "select": {
        "name": "diplome",
        "label": "Diplôme ou formation",
        "type": "select",
        "required": True,
        "options": [
            {"value": "gen", "label": "BACCALAURÉAT GÉNÉRAL", "group": "Baccalauréats"},
            {"value": "pro", "label": "BACCALAURÉAT PROFESSIONNEL", "group": "Baccalauréats"},
            {"value": "bt", "label": "BREVET DE TECHNICIEN", "group": "Autres diplômes"},
        ],
        "guidance": {
            "title": "Quel diplôme choisir ?",
            "explanations": [{"label": "BREVET DE TECHNICIEN", "text": "Vous avez obtenu un diplôme de technicien."}],
            "notice": "Un diplôme en cours de préparation ne compte pas.",
        },
    },
    "select_disabled": {
        "name": "civilite",
        "label": "Civilité",
        "type": "select",
        "value": "M",
        "disabled": True,
        "options": [{"value": "M", "label": "MONSIEUR"}, {"value": "MME", "label": "MADAME"}],
    },
    "yes_no": {
        "name": "handicap",
        "label": "Demande d'aménagement(s) d'épreuves au titre du handicap (1)",
        "type": "yes_no",
        "required": True,
        "hint": "Adressez-vous à un médecin agréé dès maintenant.",
    },
    "radio": {
        "name": "position",
        "label": "Position",
        "type": "radio",
        "value": "inscrit",
        "options": [
            {"value": "inscrit", "label": "Inscrit"},
            {"value": "non", "label": "Non Inscrit", "hint": "Je ne passe pas cette épreuve."},
        ],
    },
    "checkbox": {
        "name": "renoncement",
        "label": "Je souhaite renoncer à des acquis",
        "type": "checkbox",
        "hint": "Les notes reportées seront perdues.",
    },
    "checkboxes": {
        "name": "acquis",
        "label": "Acquis déclarés",
        "type": "checkboxes",
        "value": ["vae"],
        "options": [
            {"value": "bts", "label": "Je me suis déjà présenté(e) à ce BTS"},
            {"value": "vae", "label": "J'ai des dispenses d'épreuve"},
        ],
    },
    "search": {
        "name": "commune",
        "label": "Commune de naissance",
        "type": "search",
        "required": True,
        "hint": "Champ de recherche fonction du département",
        "search": "communes",
        "search_url": "/composants/recherche",
    },
    "search_results": {
        "name": "etablissement",
        "label": "Etablissement",
        "type": "search",
        "display": "PARIS",
        "results": [
            {"value": "1", "label": "LP P.ADRIEN PARIS - BESANCON (0250013D)"},
            {"value": "2", "label": "INDIVIDUELS 025", "hint": "candidats individuels du Doubs"},
        ],
        "advice": "Avec cette catégorie, choisissez les candidats individuels de votre département.",
        "proposals": [
            {"value": "CNED", "label": "CNED", "sentence": "J'étudie avec le CNED"},
        ],
        "browse": "Parcourir les établissements (2)",
    },
    "postal_code": {
        "name": "code_postal",
        "label": "Code postal",
        "type": "text",
        "autocomplete": "postal-code",
        "inputmode": "numeric",
    },
    "town": {
        "name": "localite",
        "label": "Localité",
        "type": "text",
        "required": True,
        "autocomplete": "address-level2",
        "search": "localite",
        "options": [{"value": "BESANCON", "label": "BESANCON"}],
    },
    "file": {
        "name": "piece",
        "label": "Ajouter un fichier pour CINSIG03 : Confirmation d'inscription signée",
        "type": "file",
        "required": True,
        "accept": ".pdf,.png,.jpg",
        "max_bytes": MAX_FILE_BYTES,
        "hint": file_rules.SENTENCE,
    },
    "notice": {
        "name": "avis",
        "type": "notice",
        "text": "Vous devez sélectionner l'académie de votre lieu de résidence.",
    },
}

ERRORS: list[dict[str, Any]] = [
    {"pointer": "#/email", "detail": "L'adresse mail doit s'écrire comme nom.prenom@domaine.fr"},
    {"pointer": "#/diplome", "detail": "Choisissez un diplôme ou une formation"},
    {"pointer": "#/handicap", "detail": "Répondez Oui ou Non à la demande d'aménagement"},
    {"pointer": "#/commune", "detail": "Choisissez une commune dans la liste"},
]

FORM: dict[str, Any] = {
    "sections": [
        {
            "title": "Identité",
            "notice": "Ces données viennent de votre compte et ne se modifient pas ici.",
            "fields": [FIELDS["select_disabled"], FIELDS["disabled"]],
        },
        {
            "title": "Adresse",
            "fields": [
                FIELDS["search"] | {"search_url": None, "refresh": True},
                FIELDS["select"] | {"refresh": True},
                FIELDS["postal_code"],
                FIELDS["town"],
            ],
        },
        {"title": "Contacts", "fields": [FIELDS["tel"], FIELDS["email"]]},
        {"title": "Particularités", "fields": [FIELDS["yes_no"], FIELDS["checkbox"]]},
    ]
}

_TITLES = (
    "Candidatures précédentes",
    "Identification",
    "Informations candidature",
    "Qualification présentée",
    "Acquis",
    "Diplôme possédé",
    "Epreuves",
    "Récapitulatif",
    "N° Inscription",
)
_LONG_TITLES = (
    "Modalités d'inscription",
    "Candidatures précédentes",
    "Identification",
    "Informations candidature",
    "Qualification présentée",
    "Acquis",
    "Informations supplémentaires",
    "Titre pour inscription",
    "Epreuves",
    "Récapitulatif",
    "Conditions d'inscription",
    "N° Inscription",
)


def _tabs(titles: tuple[str, ...], current: int) -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "title": title,
            "reachable": number < current,
            "state": "done" if number < current else "current" if number == current else "todo",
        }
        for number, title in enumerate(titles, start=1)
    ]


TABS = _tabs(_TITLES, 2)
LONG_TABS = _tabs(_LONG_TITLES, 9)

RECAP: list[dict[str, Any]] = [
    {
        "title": "Qualification présentée",
        "lines": [{"label": "Spécialité", "value": "Banque - conseiller de clientèle"}],
    },
    {
        "title": "Adresse et contact",
        "change_url": "#",
        "lines": [
            {"label": "Adresse", "value": ["1 rue du port", "25000 BESANCON", "FRANCE (DONT OUTRE-MER)"]},
            {"label": "Téléphone fixe", "value": None},
            {"label": "Nom d'usage", "hint": "Nom marital par exemple", "value": ""},
        ],
    },
]

TO_DO: list[dict[str, Any]] = [
    {
        "text": "1 pièce refusée à déposer à nouveau, 2 pièces à déposer",
        "about": "BREVET DE TECHNICIEN SUPERIEUR – BTS 2022",
        "deadline": "Jusqu'au 31/10/2021 à 23:59 (heure de Paris) : il reste 3 jours",
        "action": page_labels.JUSTIFICATIFS,
        "url": "#",
        "severity": "error",
    },
    {
        "text": "Document à lire : Convocation aux épreuves écrites",
        "about": "BREVET DE TECHNICIEN SUPERIEUR – BTS 2022",
        "action": page_labels.DOCUMENTS,
        "url": "#",
        "severity": "info",
    },
]
