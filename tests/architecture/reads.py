"""Every GET of the portal and the addresses under which it is called with ids of what there is.

A route that is missing here fails `test_reading_writes_nothing.py`. `<name>` stands for the value of that name in
`Examples.values`; `<int:number>` for each tab of a draft in turn.
"""

from __future__ import annotations

from deploy.service_names import SERVICES


def as_they_are(listed: str) -> dict[str, tuple[str, ...]]:
    """Rules that are addresses themselves once their values are put in."""
    return {rule: (rule,) for rule in listed.split()}


_PROBED = as_they_are("/health/live /health/ready /metrics")
_DESCRIBED = {**_PROBED, **as_they_are("/openapi.json")}
_CHOSEN = "domaine=Examen&exam=BTS&session=2022&academie=03"

READS: dict[str, dict[str, tuple[str, ...]]] = {
    "accounts": {
        **_DESCRIBED,
        **as_they_are("""
            /.well-known/jwks.json
            /v1/forms/account
            /v1/me
            /v1/me/addresses
            /v1/me/identity
            /v1/me/mails
            /v1/staff
            /v1/staff/academies
            /v1/staff/me
            /v1/staff/me/tokens
            /v1/audit
            /v1/audit.csv
        """),
        "/v1/staff/<string:staff_id>": ("/v1/staff/<staff_id>",),
        "/v1/staff/names": ("/v1/staff/names?ids=<staff_id>",),
        "/v1/candidates/<string:candidate_id>": ("/v1/candidates/<candidate_id>",),
        "/v1/staff/<string:staff_id>/tokens": ("/v1/staff/<staff_id>/tokens",),
        "/v1/forms/account/communes": ("/v1/forms/account/communes?departement=014&q=caen",),
    },
    "registrations": {
        **_DESCRIBED,
        **as_they_are("""
            /v1/messages
            /v1/contact
            /v1/mails
            /v1/drafts
            /v1/drafts/<draft_id>
            /v1/drafts/<draft_id>/specialites
            /v1/drafts/<draft_id>/tabs/<int:number>
            /v1/mine
            /v1/candidatures
            /v1/candidatures/<candidature_id>
            /v1/candidatures/<candidature_id>/acknowledgement
            /v1/candidatures/<candidature_id>/forms
            /v1/candidates/<candidate_id>/engaged
            /v1/staff/candidatures
            /v1/staff/candidatures.csv
            /v1/staff/epreuves.csv
            /v1/staff/candidatures/<candidature_id>
            /v1/staff/openings
            /v1/staff/openings/<opening_id>
            /v1/staff/messages
            /v1/staff/catalogues
            /v1/audit
            /v1/audit.csv
        """),
        "/v1/staff/refusal-reasons": ("/v1/staff/refusal-reasons?exam=BTS&piece=NATIDE06",),
        "/v1/openings/choices": ("/v1/openings/choices", f"/v1/openings/choices?purpose=register&{_CHOSEN}"),
        "/v1/drafts/<draft_id>/tabs/<int:number>/search": (
            "/v1/drafts/<draft_id>/tabs/3/search?field=etablissement&q=paris",
        ),
        "/v1/drafts/<draft_id>/specialites/<code>": ("/v1/drafts/<draft_id>/specialites/31213",),
        "/v1/candidatures/<candidature_id>/versions/<version>": (
            "/v1/candidatures/<candidature_id>/versions/1",
            "/v1/candidatures/<candidature_id>/versions/current",
        ),
    },
    "documents": {
        **_DESCRIBED,
        **as_they_are("""
            /v1/audit
            /v1/audit.csv
            /v1/candidatures
            /v1/candidatures/<string:candidature_id>/documents
            /v1/candidatures/<string:candidature_id>/forms/<string:code>
            /v1/documents/to-read
            /v1/documents/<string:document_id>/file
            /v1/documents/<string:document_id>/html
            /v1/staff/candidatures/<string:candidature_id>/documents
            /v1/staff/documents/<string:document_id>/file
            /v1/import-form
            /v1/imports
            /v1/imports/<string:import_id>
            /v1/imports/<string:import_id>/refusals
            /v1/imports/<string:import_id>/documents
            /v1/imports/<string:import_id>/preview
        """),
        "/v1/import-models/<string:type>": ("/v1/import-models/convocation",),
        "/v1/candidatures/<string:candidature_id>/confirmation": (
            "/v1/candidatures/<candidature_id>/confirmation",
            "/v1/candidatures/<candidature_id>/confirmation?version=1&format=html",
        ),
    },
    "pieces": {
        **_DESCRIBED,
        **as_they_are("""
            /v1/candidatures
            /v1/left
            /v1/candidatures/<string:candidature_id>/pieces
            /v1/pieces.csv
            /v1/pieces/<string:piece_id>/file
            /v1/pieces/<string:piece_id>/preview
        """),
        "/v1/pieces/<string:piece_id>": (
            "/v1/pieces/<piece_id>",
            "/v1/pieces/<piece_id>?status=none&neighbours=true",
        ),
        "/v1/pieces": (
            "/v1/pieces?academie=03&limit=20",
            "/v1/pieces?after=<piece_id>",
            "/v1/pieces?before=<piece_id>",
        ),
        **as_they_are("""
            /v1/audit
            /v1/audit.csv
            /v1/control-queue
            /v1/missing-pieces/counts
        """),
        "/v1/missing-pieces": ("/v1/missing-pieces", "/v1/missing-pieces?exam=BTS&session=2022"),
        "/v1/changes": ("/v1/changes?limit=1",),
        "/v1/pieces/<string:piece_id>/pages/<int:number>": (
            "/v1/pieces/<piece_id>/pages/1",
            "/v1/pieces/<piece_id>/pages/1?ahead=true",
        ),
    },
    "gateway": {
        **_PROBED,
        **as_they_are("""
            /
            /plan-du-site
            /mentions-legales
            /un-probleme
            /accessibilite
            /connexion
            /gestion
            /gestion/connexion
            /gestion/relances
            /gestion/pieces/<piece_id>
            /gestion/pieces/<piece_id>/fichier
            /gestion/compte
            /gestion/compte/codes-de-secours
            /gestion/compte/jetons
            /gestion/compte/mot-de-passe
            /gestion/compte/second-facteur
            /gestion/equipe
            /gestion/equipe/invitation
            /gestion/equipe/<staff_id>
            /gestion/candidatures
            /gestion/candidatures.csv
            /gestion/epreuves.csv
            /gestion/candidatures/documents/<document_id>
            /gestion/pieces.csv
            /gestion/candidatures/<candidature_id>
            /gestion/controle
            /gestion/comptes
            /gestion/comptes/<account_id>
            /gestion/ouvertures
            /gestion/ouvertures/<opening_id>
            /gestion/messages
            /gestion/catalogue
            /gestion/journal
            /gestion/candidatures/<candidature_id>/document
            /gestion/documents
            /gestion/documents/nouveau
            /gestion/documents/<import_id>
            /gestion/documents/<import_id>/apercu
            /gestion/documents/<import_id>/documents
            /gestion/documents/<import_id>/documents/<document_id>/retrait
            /compte
            /compte/creation
            /compte/creation/confirmation
            /compte/mot-de-passe-oublie
            /compte/suppression
            /mails
            /mails/<name>
            /mails/<name>/html
            /api/docs
            /composants
            /composants/connexion
            /composants/introuvable
            /composants/onglets
            /favicon.ico
            /robots.txt
            /inscription/<draft_id>/<int:number>
            /inscriptions
            /inscriptions/<candidature_id>
            /inscriptions/<candidature_id>/desinscription
            /inscriptions/<candidature_id>/numero
            /inscriptions/brouillons/<draft_id>/abandon
            /inscriptions/<candidature_id>/dates.ics
            /documents
            /documents/<candidature_id>
            /documents/<candidature_id>/confirmation
            /documents/<candidature_id>/formulaire/<code>
            /documents/fichier/<document_id>
            /documents/page/<document_id>
            /formulaires
            /messages
            /justificatifs
            /justificatifs/<candidature_id>
            /justificatifs/<candidature_id>/depot/<piece_id>
            /justificatifs/<candidature_id>/lisible/<piece_id>
            /justificatifs/<candidature_id>/suppression/<piece_id>
            /justificatifs/<candidature_id>/validation/<group>
            /justificatifs/apercu/<piece_id>
            /justificatifs/fichier/<piece_id>
        """),
        "/gestion/candidatures/<candidature_id>/<any(desinscription, ecart):act>": tuple(
            f"/gestion/candidatures/<candidature_id>/{act}" for act in ("desinscription", "ecart")
        ),
        "/gestion/equipe/<staff_id>/<any(relance, reinitialisation, desactivation, reactivation):act>": (
            "/gestion/equipe/<invited_id>/relance",
            "/gestion/equipe/<staff_id>/reinitialisation",
            "/gestion/equipe/<staff_id>/desactivation",
            "/gestion/equipe/<disabled_id>/reactivation",
        ),
        "/gestion/invitation/<token>": ("/gestion/invitation/<invitation>",),
        "/gestion/pieces": ("/gestion/pieces", "/gestion/pieces?selection=toute"),
        "/gestion/journal/<service>.csv": ("/gestion/journal/pieces.csv",),
        "/gestion/documents/modeles/<type>.csv": ("/gestion/documents/modeles/convocation.csv",),
        "/gestion/documents/<import_id>/<any(abandon, retrait):act>": tuple(
            f"/gestion/documents/<import_id>/{act}" for act in ("abandon", "retrait")
        ),
        "/gestion/pieces/<piece_id>/page/<int:number>": (
            "/gestion/pieces/<piece_id>/page/1",
            "/gestion/pieces/<piece_id>/page/1?avance=oui",
        ),
        "/ouverture-des-services": ("/ouverture-des-services", f"/ouverture-des-services?{_CHOSEN}"),
        "/inscription": ("/inscription", f"/inscription?{_CHOSEN}"),
        "/inscription/<draft_id>/<int:number>/recherche": (
            "/inscription/<draft_id>/3/recherche?field=etablissement&q=paris",
        ),
        "/inscription/<draft_id>/<int:number>/specialites": (
            "/inscription/<draft_id>/4/specialites",
            "/inscription/<draft_id>/4/specialites?vue=liste",
        ),
        "/inscription/<draft_id>/<int:number>/specialites/<code>": ("/inscription/<draft_id>/4/specialites/31213",),
        "/compte/communes": ("/compte/communes?departement=014&q=caen",),
        "/compte/activation/<token>": ("/compte/activation/<activation>",),
        "/compte/adresse/<token>": ("/compte/adresse/<adresse>",),
        "/compte/annulation/<token>": ("/compte/annulation/<annulation>",),
        "/compte/mot-de-passe/<token>": ("/compte/mot-de-passe/<mot-de-passe>",),
        "/composants/recherche": ("/composants/recherche?q=caen",),
        "/api/docs/<service>": tuple(f"/api/docs/{service}" for service in SERVICES),
        "/api/<service>/openapi.json": tuple(f"/api/{service}/openapi.json" for service in SERVICES),
        "/api/<service>/v1/<path:path>": (
            "/api/registrations/v1/staff/candidatures",
            "/api/pieces/v1/pieces?academie=03",
            "/api/pieces/v1/pieces/<piece_id>",
        ),
    },
}
