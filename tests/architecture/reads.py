"""Every GET of the portal, as the ledger has it: the addresses under which it is called, and what
it may write.

A rule is called as it stands, with the values of `Examples.values` in the place of `<name>`, and
each tab of a draft in turn in that of `<int:number>`; what is called under other addresses, or with
these queries, is listed. A GET writes nothing but a trace of who read, and what is worked out when
it is first asked for.
"""

from collections import defaultdict
from collections.abc import Iterator

from services.contracts.api.sign_in import PROVIDER_PATHS, RETURN
from tests.architecture.ledger import APPS, routes_of

_CHOSEN = "domaine=Examen&exam=BTS&session=2022&academie=03"
_MODEL_OF = "session=BTS%202022&exam=BREVET%20DE%20TECHNICIEN%20SUPERIEUR&academie=03"
_ADDRESSES: dict[str, dict[str, tuple[str, ...]]] = {
    "accounts": {
        "/v1/staff/names": ("?ids=<staff_id>",),
        "/v1/forms/account/communes": ("?departement=014&q=caen",),
    },
    "registrations": {
        "/v1/staff/refusal-reasons": ("?exam=BTS&piece=NATIDE06",),
        "/v1/staff/catalogues/<code>/files": ("/v1/staff/catalogues/BTS/files",),
        "/v1/openings/choices": ("", f"?purpose=register&{_CHOSEN}"),
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
        "/v1/import-models/<type>": (f"/v1/import-models/convocation?{_MODEL_OF}",),
        "/v1/candidatures/<candidature_id>/confirmation": ("", "?version=1&format=html"),
        "/v1/candidates/<candidate_id>/data/<file_id>": (
            "/v1/candidates/<candidate_id>/data/<document_id>",
        ),
    },
    "pieces": {
        "/v1/pieces": ("?academie=03&limit=20", "?after=<piece_id>"),
        "/v1/pieces/<piece_id>": ("", "?status=none&neighbours=true"),
        "/v1/missing-pieces": ("", "?exam=BTS&session=2022"),
        "/v1/candidates/<candidate_id>/data/<file_id>": (
            "/v1/candidates/<candidate_id>/data/<deposit_id>",
        ),
        "/v1/changes": ("?limit=1",),
        "/v1/pieces/<piece_id>/pages/<int:number>": (
            "/v1/pieces/<piece_id>/pages/1",
            "/v1/pieces/<piece_id>/pages/1?ahead=true",
        ),
    },
    "gateway": {
        "/gestion/candidatures/<candidature_id>/correction/<draft_id>/<int:number>/recherche": (
            "/gestion/candidatures/<candidature_id>/correction/<draft_id>/3/recherche?field=etablissement&q=paris",
        ),
        "/gestion/equipe/<staff_id>/<any(relance, reinitialisation, profil, desactivation, reactivation):act>": (
            "/gestion/equipe/<invited_id>/relance",
            "/gestion/equipe/<staff_id>/reinitialisation",
            "/gestion/equipe/<staff_id>/profil",
            "/gestion/equipe/<staff_id>/desactivation",
            "/gestion/equipe/<disabled_id>/reactivation",
        ),
        "/gestion/invitation/<token>": ("/gestion/invitation/<invitation>",),
        "/gestion/pieces": ("", "?selection=toute"),
        "/gestion/documents/modeles/<type>.csv": (
            f"/gestion/documents/modeles/convocation.csv?{_MODEL_OF}",
        ),
        "/gestion/pieces/<piece_id>/page/<int:number>": (
            "/gestion/pieces/<piece_id>/page/1",
            "/gestion/pieces/<piece_id>/page/1?avance=oui",
        ),
        "/gestion/catalogue/<code>.zip": ("/gestion/catalogue/BTS.zip",),
        "/gestion/ouvertures/dates": ("?exam=BTS&session=2022",),
        "/ouverture-des-services": ("", f"?{_CHOSEN}"),
        "/inscription": ("", f"?{_CHOSEN}"),
        "/inscription/<draft_id>/<int:number>/recherche": (
            "/inscription/<draft_id>/3/recherche?field=etablissement&q=paris",
        ),
        "/inscription/<draft_id>/<int:number>/specialites": (
            "/inscription/<draft_id>/4/specialites",
            "/inscription/<draft_id>/4/specialites?vue=liste",
        ),
        "/inscription/<draft_id>/<int:number>/specialites/<code>": (
            "/inscription/<draft_id>/4/specialites/31213",
        ),
        "/verifier/<code>": ("/verifier/ABCD-EFGH-JKLM",),
        "/compte/communes": ("?departement=014&q=caen",),
        "/compte/activation/<token>": ("/compte/activation/<activation>",),
        "/compte/adresse/<token>": ("/compte/adresse/<adresse>",),
        "/compte/annulation/<token>": ("/compte/annulation/<annulation>",),
        "/compte/mot-de-passe/<token>": ("/compte/mot-de-passe/<mot-de-passe>",),
        "/api/<service>/v1/<path:path>": (
            "/api/registrations/v1/staff/candidatures",
            "/api/pieces/v1/pieces?academie=03",
            "/api/pieces/v1/pieces/<piece_id>",
        ),
    },
}


def reads() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """(application, rule, addresses) of each GET."""
    for app in APPS:
        for rule in sorted(rule for method, rule, _ in routes_of(app) if method == "GET"):
            listed = _ADDRESSES[app].get(rule, ("",))
            addresses = (address if address[:1] == "/" else rule + address for address in listed)
            yield (
                app,
                rule,
                tuple(each for address in addresses for each in _alternatives(address)),
            )


def _alternatives(address: str) -> list[str]:
    """An address for each word of its `<any(…)>`."""
    before, _, rest = address.partition("<any(")
    words, _, after = rest.partition(">")
    return (
        [f"{before}{word}{after}" for word in words.partition(")")[0].split(", ")]
        if rest
        else [address]
    )


# What GETs write, as `database.table`, and which: whoever takes the trail out, opens a candidate's
# file, reads what a candidate declared, or the account, or a document, leaves a trace; who asks for
# codes that no document has is counted; changes get their place in the feed when they are first
# asked for, which changes nothing of what they say.
_WRITTEN = {
    "accounts.audit_entries": (
        """
        accounts /v1/audit.csv
        accounts /v1/candidates/<candidate_id>
        gateway /gestion/comptes/<account_id>
    """
    ),
    "registrations.audit": (
        """
        registrations /v1/audit.csv
        registrations /v1/staff/candidatures/<candidature_id>
        registrations /v1/staff/candidatures.csv
        registrations /v1/staff/epreuves.csv
        gateway /gestion/candidatures.csv
        gateway /gestion/epreuves.csv
        gateway /gestion/candidatures/<candidature_id>
        gateway /gestion/candidatures/<candidature_id>/document
        gateway /gestion/candidatures/<candidature_id>/documents/<document_id>/retrait
        gateway /gestion/candidatures/<candidature_id>/<any(desinscription, ecart, retablissement):act>
        gateway /gestion/pieces/<piece_id>
    """
    ),
    "documents.audit_entries": (
        """
        documents /v1/audit.csv
        documents /v1/imports/<import_id>/preview
        documents /v1/imports/<import_id>/refusals.csv
        documents /v1/import-models/<type>
        documents /v1/staff/documents/<document_id>/file
        gateway /gestion/documents/<import_id>/lignes-a-corriger.csv
        gateway /gestion/documents/modeles/<type>.csv
        gateway /gestion/documents/<import_id>/apercu
        gateway /gestion/candidatures/documents/<document_id>
    """
    ),
    "pieces.audit_entries": (
        """
        pieces /v1/audit.csv
        pieces /v1/pieces.csv
        pieces /v1/pieces/<piece_id>/file
        pieces /v1/pieces/<piece_id>/pages/<int:number>
        gateway /gestion/journal/<service>.csv
        gateway /gestion/pieces.csv
        gateway /gestion/pieces/<piece_id>/fichier
        gateway /gestion/pieces/<piece_id>/page/<int:number>
        gateway /justificatifs/fichier/<piece_id>
    """
    ),
    "documents.unknown_codes": "gateway /verifier/<code>",
    "pieces.changes": "pieces /v1/changes",
    "pieces.change_counter": "pieces /v1/changes",
}
WRITING_READS = defaultdict[tuple[str, str], set[str]](set)
for _table, _reads in _WRITTEN.items():
    for _read in filter(None, map(str.strip, _reads.splitlines())):
        _app, _, _rule = _read.partition(" ")
        WRITING_READS[_app, _rule].add(_table)
# Of providers that are switched off here: 404. Where they are on, what comes back logs in
# (accounts.login_sessions and others): a provider sends a browser by a GET, and the state in its
# cookie is what a form's origin is elsewhere.
OF_PROVIDERS = {
    path + end for path in PROVIDER_PATHS.values() for end in ("", RETURN, "/confirmation")
}
# A page counts as activity of the session of who opens it, written down every 15 s: on the gateway
# alone.
VISIT = {"accounts.login_sessions"}
