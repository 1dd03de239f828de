"""Who may call what: every route of every application, grouped by the access that it asks for.

A route that is missing here fails `test_access.py`; a page that is missing from the pictures fails `tests/screens`.
"""

from __future__ import annotations

from tests.architecture.page_routes import (
    ACCOUNTS_PAGES,
    AUDIT_PAGES,
    CANDIDATES_PAGES,
    CANDIDATURES_PAGES,
    ENDING_PAGES,
    OPENINGS_PAGES,
    PIECES_PAGES,
    PUBLIC_PAGES,
    PUBLICATION_PAGES,
    STAFF_ACCOUNT_PAGES,
    STAFF_PAGES,
    TEAM_PAGES,
)

PUBLIC = "public"
CANDIDATE = "candidate"

_PROBED = """
    GET /health/live
    GET /health/ready
    GET /metrics
"""
_DESCRIBED = f"""
    {_PROBED}
    GET /openapi.json
"""

LEDGER: dict[str, dict[str, str]] = {
    "accounts": {
        PUBLIC: f"""
            {_DESCRIBED}
            GET /.well-known/jwks.json
            POST /v1/tokens
        """,
        "service(gateway)": """
            GET /v1/forms/account
            POST /v1/forms/account
            GET /v1/forms/account/communes
            POST /v1/accounts
            POST /v1/activations
            POST /v1/activations/check
            POST /v1/activations/resend
            POST /v1/email-changes
            POST /v1/email-changes/check
            POST /v1/email-changes/cancellations
            POST /v1/email-changes/cancellations/check
            POST /v1/password-resets
            POST /v1/password-resets/check
            POST /v1/password-resets/complete
            POST /v1/sessions
            POST /v1/sessions/end
            POST /v1/sessions/exchange
            POST /v1/staff-invitations
            POST /v1/staff-invitations/check
            POST /v1/tools/exchange
        """,
        CANDIDATE: """
            GET /v1/me
            PUT /v1/me
            POST /v1/me/form
            GET /v1/me/addresses
            GET /v1/me/identity
            GET /v1/me/mails
            POST /v1/me/deletion
        """,
        "staff(candidates:correct)": """
            POST /v1/candidates/search
            GET /v1/candidates/<string:candidate_id>
            POST /v1/candidates/<string:candidate_id>/form
            POST /v1/candidates/<string:candidate_id>/identity
            POST /v1/candidates/<string:candidate_id>/activation
        """,
        "staff(audit:read)": """
            GET /v1/audit
            GET /v1/audit.csv
        """,
        "staff(staff:manage)": """
            GET /v1/staff
            GET /v1/staff/academies
            GET /v1/staff/<string:staff_id>
            GET /v1/staff/<string:staff_id>/tokens
            POST /v1/staff/tokens/<string:token_id>/revoke
        """,
        "staff(account:manage, staff:manage)": """
            POST /v1/staff
            POST /v1/staff/<string:staff_id>/invitation
            POST /v1/staff/<string:staff_id>/second-factor-reset
            POST /v1/staff/<string:staff_id>/disable
            POST /v1/staff/<string:staff_id>/enable
        """,
        "staff(account:manage)": """
            GET /v1/staff/me
            POST /v1/staff/me/password
            POST /v1/staff/me/recovery-codes
            POST /v1/staff/me/second-factor
            POST /v1/staff/me/second-factor/proposals
            POST /v1/staff/me/second-factor/proposals/check
            GET /v1/staff/me/tokens
            POST /v1/staff/me/tokens
            POST /v1/staff/me/tokens/<string:token_id>/revoke
        """,
    },
    "registrations": {
        PUBLIC: f"""
            {_DESCRIBED}
            GET /v1/messages
            GET /v1/openings/choices
        """,
        CANDIDATE: """
            GET /v1/contact
            GET /v1/mails
            GET /v1/drafts
            POST /v1/drafts
            GET /v1/drafts/<draft_id>
            DELETE /v1/drafts/<draft_id>
            POST /v1/drafts/<draft_id>/save
            GET /v1/drafts/<draft_id>/specialites
            GET /v1/drafts/<draft_id>/specialites/<code>
            GET /v1/drafts/<draft_id>/tabs/<int:number>
            PUT /v1/drafts/<draft_id>/tabs/<int:number>
            GET /v1/drafts/<draft_id>/tabs/<int:number>/search
            GET /v1/mine
            GET /v1/candidatures
            GET /v1/candidatures/<candidature_id>
            GET /v1/candidatures/<candidature_id>/acknowledgement
            GET /v1/candidatures/<candidature_id>/forms
            POST /v1/candidatures/<candidature_id>/draft
            POST /v1/candidatures/<candidature_id>/withdrawal
        """,
        "service(accounts)": """
            PUT /v1/candidates/<candidate_id>/identity-floor
            GET /v1/candidates/<candidate_id>/engaged
            DELETE /v1/candidates/<candidate_id>
        """,
        "service(documents)": """
            GET /v1/candidatures/<candidature_id>/versions/<version>
        """,
        "staff(candidatures:read)": """
            GET /v1/staff/candidatures
            GET /v1/staff/candidatures.csv
            GET /v1/staff/epreuves.csv
            GET /v1/staff/candidatures/<candidature_id>
        """,
        "staff(pieces:read)": """
            GET /v1/staff/refusal-reasons
        """,
        "staff(openings:manage)": """
            GET /v1/staff/openings
            GET /v1/staff/openings/<opening_id>
            POST /v1/staff/openings/<opening_id>/dates
            GET /v1/staff/messages
            POST /v1/staff/messages
            DELETE /v1/staff/messages/<message_id>
        """,
        "staff(audit:read)": """
            GET /v1/audit
            GET /v1/audit.csv
        """,
        "staff(candidatures:manage)": """
            POST /v1/staff/candidatures/<candidature_id>/notes
            POST /v1/staff/candidatures/<candidature_id>/<any(withdrawal, ecart):how>
        """,
    },
    "documents": {
        PUBLIC: _DESCRIBED,
        CANDIDATE: """
            GET /v1/candidatures
            GET /v1/candidatures/<string:candidature_id>/documents
            GET /v1/candidatures/<string:candidature_id>/confirmation
            GET /v1/candidatures/<string:candidature_id>/forms/<string:code>
            GET /v1/documents/to-read
            POST /v1/documents/<string:document_id>/opening
            GET /v1/documents/<string:document_id>/file
            GET /v1/documents/<string:document_id>/html
        """,
        "staff(audit:read)": """
            GET /v1/audit
            GET /v1/audit.csv
        """,
        "staff(documents:publish)": """
            POST /v1/publications
            GET /v1/import-form
            GET /v1/import-models/<string:type>
            GET /v1/imports
            POST /v1/imports
            GET /v1/imports/<string:import_id>
            PUT /v1/imports/<string:import_id>/csv
            PUT /v1/imports/<string:import_id>/pdfs
            GET /v1/imports/<string:import_id>/refusals
            GET /v1/imports/<string:import_id>/documents
            GET /v1/imports/<string:import_id>/preview
            POST /v1/imports/<string:import_id>/publication
            POST /v1/imports/<string:import_id>/abandonment
            POST /v1/imports/<string:import_id>/withdrawal
            POST /v1/published-documents/<string:document_id>/withdrawal
        """,
    },
    "pieces": {
        PUBLIC: _DESCRIBED,
        CANDIDATE: """
            GET /v1/candidatures
            GET /v1/left
            GET /v1/candidatures/<string:candidature_id>/pieces
            POST /v1/candidatures/<string:candidature_id>/groups/<string:code>/validation
            PUT /v1/pieces/<string:piece_id>/deposit
            DELETE /v1/pieces/<string:piece_id>/deposit
            POST /v1/pieces/<string:piece_id>/deposit
            GET /v1/pieces/<string:piece_id>/preview
            POST /v1/pieces/<string:piece_id>/uploads
            HEAD /v1/uploads/<string:upload_id>
            PATCH /v1/uploads/<string:upload_id>
            DELETE /v1/uploads/<string:upload_id>
        """,
        "candidate or staff(pieces:read)": """
            GET /v1/pieces/<string:piece_id>/file
        """,
        "staff(pieces:read)": """
            GET /v1/changes
            GET /v1/control-queue
            GET /v1/missing-pieces
            GET /v1/pieces
            GET /v1/pieces.csv
            GET /v1/pieces/<string:piece_id>
            GET /v1/pieces/<string:piece_id>/pages/<int:number>
        """,
        "staff(audit:read)": """
            GET /v1/audit
            GET /v1/audit.csv
        """,
        "staff(pieces:control)": """
            POST /v1/pieces/<string:piece_id>/control
            POST /v1/controls
            POST /v1/reminders
        """,
    },
    "gateway": {
        PUBLIC: f"""
            {_PROBED}
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
            GET /gestion/pieces.csv
            GET /gestion/pieces/<piece_id>/fichier
            GET /gestion/pieces/<piece_id>/page/<int:number>
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
        "staff(audit:read)": f"""
            {AUDIT_PAGES}
            GET /gestion/journal/<service>.csv
        """,
        "staff(documents:publish)": f"""
            {PUBLICATION_PAGES}
            POST /gestion/documents/nouveau
            GET /gestion/documents/modeles/<type>.csv
            POST /gestion/documents/<import_id>/fichier
            GET /gestion/documents/<import_id>/apercu
            POST /gestion/documents/<import_id>/publication
            POST /gestion/documents/<import_id>/<any(abandon, retrait):act>
            POST /gestion/documents/<import_id>/documents/<document_id>/retrait
        """,
        "staff(candidatures:read)": f"""
            {CANDIDATURES_PAGES}
            GET /gestion/candidatures.csv
            GET /gestion/epreuves.csv
            POST /gestion/candidatures
        """,
    },
}


def entries(listed: str) -> list[tuple[str, str]]:
    """(method, rule) of each line."""
    lines = (line.strip() for line in listed.splitlines())
    return [(method, rule) for method, _, rule in (line.partition(" ") for line in lines if line)]


def routes_of(app: str) -> set[tuple[str, str, str]]:
    """(method, rule, access) of everything listed for `app`."""
    return {(method, rule, who) for who, listed in LEDGER[app].items() for method, rule in entries(listed)}


def pages() -> set[str]:
    """The rules of the gateway that show a page."""
    return {rule for _, rule in entries(PUBLIC_PAGES + CANDIDATES_PAGES + STAFF_PAGES)}
