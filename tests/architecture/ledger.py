"""Who may call what: every route of every application, grouped by the access that it asks for.

A route that is missing here fails `test_access.py`; a page that is missing from the pictures fails `tests/screens`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from services.accounts.app import SECTIONS as ACCOUNTS
from services.contracts.api.operation import Section
from services.documents.app import SECTIONS as DOCUMENTS
from services.pieces.app import SECTIONS as PIECES
from tests.architecture.gateway_ledger import CANDIDATE, GATEWAY, PROBED, PUBLIC

_DESCRIBED = f"""
    {PROBED}
    GET /openapi.json
"""


def _declared(sections: Iterable[Section]) -> dict[str, str]:
    """The operations of a service that are declared, in the ledger's form."""
    by_access = {PUBLIC: _DESCRIBED}
    for operation in (operation for section in sections for operation in section.operations):
        who = " or ".join(map(str, operation.access))
        by_access[who] = f"{by_access.get(who, '')}\n{operation.method} {operation.path}"
    return by_access


_METHODS = {"PAGE": "GET"}
LEDGER: dict[str, dict[str, str]] = {
    "accounts": _declared(ACCOUNTS),
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
        "staff(catalogue:manage)": """
            GET /v1/staff/catalogues
            POST /v1/staff/catalogues/comparison
            POST /v1/staff/catalogues
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
    "documents": _declared(DOCUMENTS),
    "pieces": _declared(PIECES),
    "gateway": GATEWAY,
}


def routes_of(app: str) -> set[tuple[str, str, str]]:
    """(method, rule, access) of everything listed for `app`."""
    return {(_METHODS.get(word, word), rule, who) for word, rule, who in _entries(app)}


def pages() -> set[str]:
    """The rules of the gateway that show a page."""
    return {rule for word, rule, _ in _entries("gateway") if word == "PAGE"}


def _entries(app: str) -> Iterator[tuple[str, str, str]]:
    """(method or PAGE, rule, access) of each line."""
    for who, listed in LEDGER[app].items():
        for word, _, rule in (line.strip().partition(" ") for line in listed.splitlines() if line.strip()):
            yield word, rule, who
