"""Who may call what: every route of every application, grouped by the access that it asks for.

Those of the gateway, its pages and its way in to the APIs, stand here; those of services are
declared. A route that is missing fails `test_access.py`; a page that is missing from the pictures
fails `tests/screens`.
"""

import re
from collections.abc import Iterator

from services.contracts.api import served

OPERATIONS = {
    service: [operation for section in sections for operation in section.operations]
    for service, sections in served.SECTIONS.items()
}
PUBLIC = "public"
CANDIDATE = "candidate"

# Each address once, after its methods. A PAGE is a GET of what a browser is shown under an address
# of its own, and is photographed (tests/screens).
GATEWAY: dict[str, str] = {
    PUBLIC: (
        """
        GET /health/live
        GET /health/ready
        GET /metrics
        PAGE /
        PAGE /ouverture-des-services
        PAGE /plan-du-site
        PAGE /mentions-legales
        PAGE /registre-des-traitements
        PAGE /un-probleme
        PAGE /accessibilite
        PAGE, POST /verifier
        PAGE /verifier/<code>
        PAGE, POST /connexion
        PAGE, POST /gestion/connexion
        PAGE, POST /gestion/invitation/<token>
        PAGE, POST /compte/creation
        PAGE, POST /compte/creation/confirmation
        PAGE, POST /compte/activation/<token>
        PAGE, POST /compte/adresse/<token>
        PAGE, POST /compte/annulation/<token>
        PAGE, POST /compte/mot-de-passe-oublie
        PAGE, POST /compte/mot-de-passe/<token>
        PAGE /mails
        PAGE /mails/<name>
        PAGE /api/docs
        PAGE /api/docs/<service>
        GET /favicon.ico
        GET /robots.txt
        GET /.well-known/paper-keys.json
        GET /compte/communes
        GET /connexion/franceconnect
        GET /connexion/franceconnect/retour
        GET /gestion/connexion/proconnect
        GET /gestion/connexion/proconnect/retour
        GET /mails/<name>/html
        POST /deconnexion
        POST /gestion/cles-d-acces
        POST /gestion/deconnexion
        GET /api/<service>/openapi.json
        GET /api/mes-donnees.schema.json
        GET, POST, PUT, PATCH, DELETE /api/<service>/v1/<path:path>
    """
    ),
    CANDIDATE: (
        """
        PAGE, POST /compte
        PAGE, POST /compte/donnees
        PAGE, POST /compte/suppression
        PAGE, POST /compte/effacement
        PAGE, POST /inscription
        PAGE, POST /inscription/<draft_id>/<int:number>
        PAGE /inscription/<draft_id>/<int:number>/specialites
        PAGE /inscription/<draft_id>/<int:number>/specialites/<code>
        PAGE /inscriptions
        PAGE /inscriptions/<candidature_id>
        PAGE, POST /inscriptions/<candidature_id>/desinscription
        PAGE /inscriptions/<candidature_id>/historique
        PAGE /inscriptions/<candidature_id>/numero
        PAGE, POST /inscriptions/<candidature_id>/validation
        PAGE, POST /inscriptions/brouillons/<draft_id>/abandon
        PAGE /documents
        PAGE /documents/<candidature_id>
        PAGE /documents/page/<document_id>
        PAGE /formulaires
        PAGE /messages
        PAGE /justificatifs
        PAGE /justificatifs/<candidature_id>
        PAGE, POST /justificatifs/<candidature_id>/depot/<piece_id>
        PAGE /justificatifs/<candidature_id>/lisible/<piece_id>
        PAGE, POST /justificatifs/<candidature_id>/suppression/<piece_id>
        PAGE, POST /justificatifs/<candidature_id>/validation/<group>
        POST /session/prolonger
        POST /inscription/<draft_id>/<int:number>/saisie
        GET /connexion/franceconnect/confirmation
        GET /inscription/<draft_id>/<int:number>/recherche
        POST /inscriptions/<candidature_id>/modification
        POST /inscriptions/<candidature_id>/desinscription/annulation
        GET /compte/donnees/copies/<copy_id>
        GET /inscriptions/<candidature_id>/dates.ics
        GET /documents/<candidature_id>/confirmation
        GET /documents/<candidature_id>/formulaire/<code>
        GET /documents/fichier/<document_id>
        GET /justificatifs/apercu/<piece_id>
        GET /justificatifs/fichier/<piece_id>
        POST /justificatifs/<candidature_id>/envois/<piece_id>
        HEAD, PATCH, DELETE /justificatifs/<candidature_id>/envois/<piece_id>/<upload_id>
        POST /justificatifs/<candidature_id>/envois/<piece_id>/depot
    """
    ),
    "staff": (
        """
        POST /gestion/session/prolonger
    """
    ),
    "staff(account:manage)": (
        """
        PAGE /gestion/compte
        PAGE, POST /gestion/compte/cles-d-acces
        PAGE, POST /gestion/compte/codes-de-secours
        PAGE, POST /gestion/compte/jetons
        PAGE, POST /gestion/compte/mot-de-passe
        PAGE, POST /gestion/compte/second-facteur
        POST /gestion/candidatures/filtres
        POST /gestion/compte/cles-d-acces/<passkey_id>/retrait
        POST /gestion/compte/jetons/<token_id>/revocation
        POST /gestion/compte/second-facteur/confirmation
    """
    ),
    "staff(account:manage, staff:manage)": (
        """
        PAGE /gestion/equipe
        PAGE, POST /gestion/equipe/invitation
        PAGE /gestion/equipe/<staff_id>
        PAGE, POST /gestion/equipe/<staff_id>/<any(relance, reinitialisation, profil, desactivation, reactivation):act>
    """
    ),
    "staff(pieces:read)": (
        """
        PAGE /gestion
        PAGE, POST /gestion/pieces
        PAGE /gestion/pieces/<piece_id>
        PAGE /gestion/relances
        PAGE /gestion/relances/toute-la-liste
        POST /gestion/relances/recherche
        GET /gestion/controle
        GET /gestion/pieces.csv
        GET /gestion/pieces/<piece_id>/fichier
        GET /gestion/pieces/<piece_id>/page/<int:number>
        POST /gestion/pieces/<piece_id>/ouverture
    """
    ),
    "staff(pieces:control)": (
        """
        POST /gestion/pieces/decisions
        POST /gestion/relances
        POST /gestion/relances/toute-la-liste
        POST /gestion/pieces/<piece_id>/annulation
        POST /gestion/pieces/<piece_id>/decision
    """
    ),
    "staff(candidatures:manage)": (
        """
        PAGE, POST /gestion/candidatures/<candidature_id>/<any(desinscription, ecart, retablissement):act>
        PAGE, POST /gestion/candidatures/<candidature_id>/correction/<draft_id>/<int:number>
        PAGE, POST /gestion/candidatures/<candidature_id>/correction/<draft_id>/abandon
        GET /gestion/candidatures/<candidature_id>/correction/<draft_id>/<int:number>/recherche
        POST /gestion/candidatures/<candidature_id>/correction
        POST /gestion/candidatures/<candidature_id>/notes
    """
    ),
    "staff(candidates:correct)": (
        """
        PAGE, POST /gestion/comptes
        PAGE, POST /gestion/comptes/<account_id>
        POST /gestion/comptes/<account_id>/activation
        PAGE, POST /gestion/effacements
    """
    ),
    "staff(openings:manage)": (
        """
        PAGE /gestion/ouvertures
        PAGE /gestion/ouvertures/<opening_id>
        PAGE, POST /gestion/ouvertures/dates
        PAGE, POST /gestion/incidents
        PAGE /gestion/conservation
        POST /gestion/conservation/<any(suspension, reprise):act>
        PAGE, POST /gestion/messages
        POST /gestion/messages/<message_id>/retrait
    """
    ),
    "staff(catalogue:manage)": (
        """
        PAGE, POST /gestion/catalogue
        GET /gestion/catalogue/<code>.zip
        POST /gestion/catalogue/chargement
    """
    ),
    "staff(audit:read)": (
        """
        PAGE, POST /gestion/journal
        GET /gestion/journal/<service>.csv
    """
    ),
    "staff(documents:publish)": (
        """
        PAGE, POST /gestion/candidatures/<candidature_id>/document
        PAGE, POST /gestion/candidatures/<candidature_id>/documents/<document_id>/retrait
        PAGE, POST /gestion/documents/nouveau
        PAGE, POST /gestion/documents/<import_id>/<any(abandon, retrait):act>
        PAGE, POST /gestion/documents/<import_id>/documents/<document_id>/retrait
        PAGE /gestion/documents/<import_id>/modeles
        GET /gestion/documents/modeles/<type>.csv
        POST /gestion/documents/<import_id>/fichier
        GET /gestion/documents/<import_id>/apercu
        GET /gestion/documents/<import_id>/lignes-a-corriger.csv
        POST /gestion/documents/<import_id>/publication
    """
    ),
    "staff(candidatures:read)": (
        """
        PAGE, POST /gestion/documents/<import_id>/documents
        PAGE /gestion/documents/<import_id>
        PAGE /gestion/documents
        PAGE, POST /gestion/candidatures
        PAGE /gestion/candidatures/<candidature_id>
        GET /gestion/candidatures.csv
        GET /gestion/epreuves.csv
        GET /gestion/candidatures/documents/<document_id>
    """
    ),
}


APPS = ("gateway", *OPERATIONS)
OF_EACH_SERVICE = ("/health/live", "/health/ready", "/metrics", "/openapi.json")


def routes_of(app: str) -> set[tuple[str, str, str]]:
    """(method, rule, access) of everything that `app` answers."""
    if app == "gateway":
        return {("GET" if word == "PAGE" else word, rule, who) for word, rule, who in _entries()}
    declared = {
        (each.method, each.path, " or ".join(map(str, each.access))) for each in OPERATIONS[app]
    }
    return declared | {("GET", path, PUBLIC) for path in OF_EACH_SERVICE}


def pages() -> set[str]:
    return {rule for word, rule, _ in _entries() if word == "PAGE"}


def described_path(rule: str) -> str:
    """As OpenAPI writes it: « /v1/pieces/{piece_id} »"""
    return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule)


def address_of(rule: str, name: str = "0" * 32) -> str:
    """An address that it stands for, of what there is not; `name` is in the place of each id."""
    rule = re.sub(r"<any\(([\w-]+)[^>]*>", r"\1", rule)
    return re.sub(r"<(int:)?[^>]+>", lambda match: "1" if match[1] else name, rule)


def _entries() -> Iterator[tuple[str, str, str]]:
    """(method or PAGE, rule, access) of each address and method of the gateway."""
    for who, listed in GATEWAY.items():
        for words, _, rule in (
            line.strip().partition(" /") for line in listed.splitlines() if line.strip()
        ):
            yield from ((word, f"/{rule}", who) for word in words.split(", "))
