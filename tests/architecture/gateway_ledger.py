"""Who may call what of the gateway: its pages, and its way in to the APIs (see `ledger.py`)."""

from __future__ import annotations

from tests.architecture.page_routes import (
    ACCOUNTS_PAGES,
    AUDIT_PAGES,
    CANDIDATES_PAGES,
    CANDIDATURES_PAGES,
    CATALOGUE_PAGES,
    ENDING_PAGES,
    OPENINGS_PAGES,
    PIECES_PAGES,
    PUBLIC_PAGES,
    PUBLICATION_PAGES,
    STAFF_ACCOUNT_PAGES,
    TEAM_PAGES,
)

PUBLIC = "public"
CANDIDATE = "candidate"
PROBED = """
    GET /health/live
    GET /health/ready
    GET /metrics
"""

GATEWAY: dict[str, str] = {
    PUBLIC: f"""
        {PROBED}
        {PUBLIC_PAGES}
        GET /favicon.ico
        GET /robots.txt
        GET /compte/communes
        GET /mails/<name>/html
        GET /composants/recherche
        POST /composants/onglets
        POST /composants/prolonger
        POST /connexion
        POST /deconnexion
        POST /gestion/connexion
        POST /gestion/deconnexion
        POST /gestion/invitation/<token>
        POST /compte/creation
        POST /compte/creation/confirmation
        POST /compte/activation/<token>
        POST /compte/adresse/<token>
        POST /compte/annulation/<token>
        POST /compte/mot-de-passe-oublie
        POST /compte/mot-de-passe/<token>
        GET /api/<service>/openapi.json
        GET /api/<service>/v1/<path:path>
        POST /api/<service>/v1/<path:path>
        PUT /api/<service>/v1/<path:path>
        PATCH /api/<service>/v1/<path:path>
        DELETE /api/<service>/v1/<path:path>
    """,
    CANDIDATE: f"""
        {CANDIDATES_PAGES}
        POST /session/prolonger
        POST /compte
        POST /compte/suppression
        POST /inscription
        POST /inscription/<draft_id>/<int:number>
        POST /inscription/<draft_id>/<int:number>/saisie
        GET /inscription/<draft_id>/<int:number>/recherche
        POST /inscriptions/<candidature_id>/modification
        POST /inscriptions/<candidature_id>/desinscription
        POST /inscriptions/brouillons/<draft_id>/abandon
        GET /inscriptions/<candidature_id>/dates.ics
        GET /documents/<candidature_id>/confirmation
        GET /documents/<candidature_id>/formulaire/<code>
        GET /documents/fichier/<document_id>
        GET /justificatifs/apercu/<piece_id>
        GET /justificatifs/fichier/<piece_id>
        POST /justificatifs/<candidature_id>/depot/<piece_id>
        POST /justificatifs/<candidature_id>/envois/<piece_id>
        HEAD /justificatifs/<candidature_id>/envois/<piece_id>/<upload_id>
        PATCH /justificatifs/<candidature_id>/envois/<piece_id>/<upload_id>
        DELETE /justificatifs/<candidature_id>/envois/<piece_id>/<upload_id>
        POST /justificatifs/<candidature_id>/envois/<piece_id>/depot
        POST /justificatifs/<candidature_id>/suppression/<piece_id>
        POST /justificatifs/<candidature_id>/validation/<group>
    """,
    "staff": """
        POST /gestion/session/prolonger
    """,
    "staff(account:manage)": f"""
        {STAFF_ACCOUNT_PAGES}
        POST /gestion/compte/codes-de-secours
        POST /gestion/compte/jetons
        POST /gestion/compte/jetons/<token_id>/revocation
        POST /gestion/compte/mot-de-passe
        POST /gestion/compte/second-facteur
        POST /gestion/compte/second-facteur/confirmation
    """,
    "staff(account:manage, staff:manage)": f"""
        {TEAM_PAGES}
        POST /gestion/equipe/invitation
        POST /gestion/equipe/<staff_id>/<any(relance, reinitialisation, desactivation, reactivation):act>
    """,
    "staff(pieces:read)": f"""
        {PIECES_PAGES}
        GET /gestion/controle
        GET /gestion/pieces.csv
        POST /gestion/pieces
        GET /gestion/pieces/<piece_id>/fichier
        GET /gestion/pieces/<piece_id>/page/<int:number>
        POST /gestion/pieces/<piece_id>/ouverture
    """,
    "staff(pieces:control)": """
        POST /gestion/pieces/decisions
        POST /gestion/relances
        POST /gestion/pieces/<piece_id>/decision
    """,
    "staff(candidatures:manage)": f"""
        {ENDING_PAGES}
        POST /gestion/candidatures/<candidature_id>/notes
        POST /gestion/candidatures/<candidature_id>/<any(desinscription, ecart):act>
    """,
    "staff(candidates:correct)": f"""
        {ACCOUNTS_PAGES}
        POST /gestion/comptes
        POST /gestion/comptes/<account_id>
        POST /gestion/comptes/<account_id>/activation
    """,
    "staff(openings:manage)": f"""
        {OPENINGS_PAGES}
        POST /gestion/ouvertures/<opening_id>
        POST /gestion/messages
        POST /gestion/messages/<message_id>/retrait
    """,
    "staff(catalogue:manage)": f"""
        {CATALOGUE_PAGES}
        POST /gestion/catalogue
        POST /gestion/catalogue/chargement
    """,
    "staff(audit:read)": f"""
        {AUDIT_PAGES}
        GET /gestion/journal/<service>.csv
    """,
    "staff(documents:publish)": f"""
        {PUBLICATION_PAGES}
        POST /gestion/candidatures/<candidature_id>/document
        POST /gestion/documents/nouveau
        GET /gestion/documents/modeles/<type>.csv
        POST /gestion/documents/<import_id>/fichier
        GET /gestion/documents/<import_id>/apercu
        POST /gestion/documents/<import_id>/publication
        POST /gestion/documents/<import_id>/<any(abandon, retrait):act>
        POST /gestion/documents/<import_id>/documents
        POST /gestion/documents/<import_id>/documents/<document_id>/retrait
    """,
    "staff(candidatures:read)": f"""
        {CANDIDATURES_PAGES}
        GET /gestion/candidatures.csv
        GET /gestion/epreuves.csv
        GET /gestion/candidatures/documents/<document_id>
        POST /gestion/candidatures
    """,
}
