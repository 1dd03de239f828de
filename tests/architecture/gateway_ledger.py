"""Who may call what of the gateway: its pages, and its way in to the APIs (see `ledger.py`).

A PAGE is a GET of what a browser is shown under an address of its own; pages are photographed (tests/screens).
"""

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
        PAGE /
        PAGE /ouverture-des-services
        PAGE /plan-du-site
        PAGE /mentions-legales
        PAGE /registre-des-traitements
        PAGE /un-probleme
        PAGE /accessibilite
        PAGE /verifier
        PAGE /verifier/<code>
        PAGE /connexion
        PAGE /gestion/connexion
        PAGE /gestion/invitation/<token>
        PAGE /compte/creation
        PAGE /compte/creation/confirmation
        PAGE /compte/activation/<token>
        PAGE /compte/adresse/<token>
        PAGE /compte/annulation/<token>
        PAGE /compte/mot-de-passe-oublie
        PAGE /compte/mot-de-passe/<token>
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
        POST /verifier
        POST /connexion
        POST /deconnexion
        POST /gestion/connexion
        POST /gestion/cles-d-acces
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
        GET /api/mes-donnees.schema.json
        GET /api/<service>/v1/<path:path>
        POST /api/<service>/v1/<path:path>
        PUT /api/<service>/v1/<path:path>
        PATCH /api/<service>/v1/<path:path>
        DELETE /api/<service>/v1/<path:path>
    """,
    CANDIDATE: """
        PAGE /compte
        PAGE /compte/donnees
        PAGE /compte/suppression
        PAGE /compte/effacement
        PAGE /inscription
        PAGE /inscription/<draft_id>/<int:number>
        PAGE /inscription/<draft_id>/<int:number>/specialites
        PAGE /inscription/<draft_id>/<int:number>/specialites/<code>
        PAGE /inscriptions
        PAGE /inscriptions/<candidature_id>
        PAGE /inscriptions/<candidature_id>/desinscription
        PAGE /inscriptions/<candidature_id>/historique
        PAGE /inscriptions/<candidature_id>/numero
        PAGE /inscriptions/<candidature_id>/validation
        PAGE /inscriptions/brouillons/<draft_id>/abandon
        PAGE /documents
        PAGE /documents/<candidature_id>
        PAGE /documents/page/<document_id>
        PAGE /formulaires
        PAGE /messages
        PAGE /justificatifs
        PAGE /justificatifs/<candidature_id>
        PAGE /justificatifs/<candidature_id>/depot/<piece_id>
        PAGE /justificatifs/<candidature_id>/lisible/<piece_id>
        PAGE /justificatifs/<candidature_id>/suppression/<piece_id>
        PAGE /justificatifs/<candidature_id>/validation/<group>
        POST /session/prolonger
        POST /compte
        POST /compte/donnees
        POST /compte/suppression
        POST /compte/effacement
        POST /inscription
        POST /inscription/<draft_id>/<int:number>
        POST /inscription/<draft_id>/<int:number>/saisie
        GET /connexion/franceconnect/confirmation
        GET /inscription/<draft_id>/<int:number>/recherche
        POST /inscriptions/<candidature_id>/modification
        POST /inscriptions/<candidature_id>/desinscription
        POST /inscriptions/<candidature_id>/desinscription/annulation
        POST /inscriptions/<candidature_id>/validation
        POST /inscriptions/brouillons/<draft_id>/abandon
        GET /compte/donnees/copies/<copy_id>
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
    "staff(account:manage)": """
        PAGE /gestion/compte
        PAGE /gestion/compte/cles-d-acces
        PAGE /gestion/compte/codes-de-secours
        PAGE /gestion/compte/jetons
        PAGE /gestion/compte/mot-de-passe
        PAGE /gestion/compte/second-facteur
        POST /gestion/candidatures/filtres
        POST /gestion/compte/cles-d-acces
        POST /gestion/compte/cles-d-acces/<passkey_id>/retrait
        POST /gestion/compte/codes-de-secours
        POST /gestion/compte/jetons
        POST /gestion/compte/jetons/<token_id>/revocation
        POST /gestion/compte/mot-de-passe
        POST /gestion/compte/second-facteur
        POST /gestion/compte/second-facteur/confirmation
    """,
    "staff(account:manage, staff:manage)": """
        PAGE /gestion/equipe
        PAGE /gestion/equipe/invitation
        PAGE /gestion/equipe/<staff_id>
        PAGE /gestion/equipe/<staff_id>/<any(relance, reinitialisation, profil, desactivation, reactivation):act>
        POST /gestion/equipe/invitation
        POST /gestion/equipe/<staff_id>/<any(relance, reinitialisation, profil, desactivation, reactivation):act>
    """,
    "staff(pieces:read)": """
        PAGE /gestion
        PAGE /gestion/pieces
        PAGE /gestion/pieces/<piece_id>
        PAGE /gestion/relances
        PAGE /gestion/relances/toute-la-liste
        POST /gestion/relances/recherche
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
        POST /gestion/relances/toute-la-liste
        POST /gestion/pieces/<piece_id>/annulation
        POST /gestion/pieces/<piece_id>/decision
    """,
    "staff(candidatures:manage)": """
        PAGE /gestion/candidatures/<candidature_id>/<any(desinscription, ecart, retablissement):act>
        PAGE /gestion/candidatures/<candidature_id>/correction/<draft_id>/<int:number>
        PAGE /gestion/candidatures/<candidature_id>/correction/<draft_id>/abandon
        GET /gestion/candidatures/<candidature_id>/correction/<draft_id>/<int:number>/recherche
        POST /gestion/candidatures/<candidature_id>/correction
        POST /gestion/candidatures/<candidature_id>/correction/<draft_id>/<int:number>
        POST /gestion/candidatures/<candidature_id>/correction/<draft_id>/abandon
        POST /gestion/candidatures/<candidature_id>/notes
        POST /gestion/candidatures/<candidature_id>/<any(desinscription, ecart, retablissement):act>
    """,
    "staff(candidates:correct)": """
        PAGE /gestion/comptes
        PAGE /gestion/comptes/<account_id>
        POST /gestion/comptes
        POST /gestion/comptes/<account_id>
        POST /gestion/comptes/<account_id>/activation
        PAGE /gestion/effacements
        POST /gestion/effacements
    """,
    "staff(openings:manage)": """
        PAGE /gestion/ouvertures
        PAGE /gestion/ouvertures/<opening_id>
        PAGE /gestion/ouvertures/dates
        PAGE /gestion/incidents
        PAGE /gestion/conservation
        POST /gestion/conservation/<any(suspension, reprise):act>
        PAGE /gestion/messages
        POST /gestion/ouvertures/dates
        POST /gestion/incidents
        POST /gestion/messages
        POST /gestion/messages/<message_id>/retrait
    """,
    "staff(catalogue:manage)": """
        PAGE /gestion/catalogue
        GET /gestion/catalogue/<code>.zip
        POST /gestion/catalogue
        POST /gestion/catalogue/chargement
    """,
    "staff(audit:read)": """
        PAGE /gestion/journal
        GET /gestion/journal/<service>.csv
        POST /gestion/journal
    """,
    "staff(documents:publish)": """
        PAGE /gestion/candidatures/<candidature_id>/document
        PAGE /gestion/candidatures/<candidature_id>/documents/<document_id>/retrait
        PAGE /gestion/documents/nouveau
        PAGE /gestion/documents/<import_id>/<any(abandon, retrait):act>
        PAGE /gestion/documents/<import_id>/documents/<document_id>/retrait
        POST /gestion/candidatures/<candidature_id>/document
        POST /gestion/candidatures/<candidature_id>/documents/<document_id>/retrait
        POST /gestion/documents/nouveau
        PAGE /gestion/documents/<import_id>/modeles
        GET /gestion/documents/modeles/<type>.csv
        POST /gestion/documents/<import_id>/fichier
        GET /gestion/documents/<import_id>/apercu
        GET /gestion/documents/<import_id>/lignes-a-corriger.csv
        POST /gestion/documents/<import_id>/publication
        POST /gestion/documents/<import_id>/<any(abandon, retrait):act>
        POST /gestion/documents/<import_id>/documents/<document_id>/retrait
    """,
    "staff(candidatures:read)": """
        POST /gestion/documents/<import_id>/documents
        PAGE /gestion/documents/<import_id>/documents
        PAGE /gestion/documents/<import_id>
        PAGE /gestion/documents
        PAGE /gestion/candidatures
        PAGE /gestion/candidatures/<candidature_id>
        GET /gestion/candidatures.csv
        GET /gestion/epreuves.csv
        GET /gestion/candidatures/documents/<document_id>
        POST /gestion/candidatures
    """,
}
