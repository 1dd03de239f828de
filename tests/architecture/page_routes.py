"""Pages: what a browser is shown under an address of its own. They are photographed (tests/screens)."""

from __future__ import annotations

PUBLIC_PAGES = """
    GET /
    GET /ouverture-des-services
    GET /plan-du-site
    GET /mentions-legales
    GET /un-probleme
    GET /accessibilite
    GET /connexion
    GET /gestion/connexion
    GET /gestion/invitation/<token>
    GET /compte/creation
    GET /compte/creation/confirmation
    GET /compte/activation/<token>
    GET /compte/adresse/<token>
    GET /compte/annulation/<token>
    GET /compte/mot-de-passe-oublie
    GET /compte/mot-de-passe/<token>
    GET /mails
    GET /mails/<name>
    GET /api/docs
    GET /api/docs/<service>
    GET /composants
    GET /composants/connexion
    GET /composants/introuvable
    GET /composants/onglets
"""
CANDIDATES_PAGES = """
    GET /compte
    GET /compte/suppression
    GET /inscription
    GET /inscription/<draft_id>/<int:number>
    GET /inscription/<draft_id>/<int:number>/specialites
    GET /inscription/<draft_id>/<int:number>/specialites/<code>
    GET /inscriptions
    GET /inscriptions/<candidature_id>
    GET /inscriptions/<candidature_id>/desinscription
    GET /inscriptions/<candidature_id>/numero
    GET /inscriptions/brouillons/<draft_id>/abandon
    GET /documents
    GET /documents/<candidature_id>
    GET /documents/page/<document_id>
    GET /formulaires
    GET /messages
    GET /justificatifs
    GET /justificatifs/<candidature_id>
    GET /justificatifs/<candidature_id>/depot/<piece_id>
    GET /justificatifs/<candidature_id>/lisible/<piece_id>
    GET /justificatifs/<candidature_id>/suppression/<piece_id>
    GET /justificatifs/<candidature_id>/validation/<group>
"""

PIECES_PAGES = """
    GET /gestion
    GET /gestion/pieces
    GET /gestion/pieces/<piece_id>
    GET /gestion/relances
"""
CANDIDATURES_PAGES = """
    GET /gestion/candidatures
    GET /gestion/candidatures/<candidature_id>
"""
ENDING_PAGES = """
    GET /gestion/candidatures/<candidature_id>/<any(desinscription, ecart):act>
"""
ACCOUNTS_PAGES = """
    GET /gestion/comptes
    GET /gestion/comptes/<account_id>
"""
CATALOGUE_PAGES = """
    GET /gestion/catalogue
"""
OPENINGS_PAGES = """
    GET /gestion/ouvertures
    GET /gestion/ouvertures/<opening_id>
    GET /gestion/messages
"""
AUDIT_PAGES = """
    GET /gestion/journal
"""
STAFF_ACCOUNT_PAGES = """
    GET /gestion/compte
    GET /gestion/compte/codes-de-secours
    GET /gestion/compte/jetons
    GET /gestion/compte/mot-de-passe
    GET /gestion/compte/second-facteur
"""
TEAM_PAGES = """
    GET /gestion/equipe
    GET /gestion/equipe/invitation
    GET /gestion/equipe/<staff_id>
    GET /gestion/equipe/<staff_id>/<any(relance, reinitialisation, desactivation, reactivation):act>
"""
PUBLICATION_PAGES = """
    GET /gestion/candidatures/<candidature_id>/document
    GET /gestion/documents
    GET /gestion/documents/nouveau
    GET /gestion/documents/<import_id>
    GET /gestion/documents/<import_id>/<any(abandon, retrait):act>
    GET /gestion/documents/<import_id>/documents
    GET /gestion/documents/<import_id>/documents/<document_id>/retrait
"""
STAFF_PAGES = (
    PIECES_PAGES
    + CANDIDATURES_PAGES
    + ENDING_PAGES
    + ACCOUNTS_PAGES
    + OPENINGS_PAGES
    + CATALOGUE_PAGES
    + AUDIT_PAGES
    + STAFF_ACCOUNT_PAGES
    + TEAM_PAGES
    + PUBLICATION_PAGES
)
